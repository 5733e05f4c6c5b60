//! Campaigns on a scripted load: cut off at any place, they end as if nothing had happened.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use meshery_core::campaign::{LoadPoint, Workload};
use meshery_core::comparison::End;
use meshery_core::host::ProcessStatus;
use meshery_core::load::Tool;
use meshery_core::{
    ArmSpec, Campaign, CampaignSpec, CheckOutcome, Context, Error, ErrorKind, Event, Fate, Installation, LoadSpec,
    LoadTest, Measurement, MeshHost, MeshInfo, MeshSpec, Pace, Plan, Rate, Result, Stop, Verdict,
};
use meshery_perf::campaign::{self, Entry, Journal};

/// A host whose meshes are names: the entry says which arm it is.
struct Names;

#[async_trait]
impl MeshHost for Names {
    fn meshes(&self) -> Vec<MeshInfo> {
        Vec::new()
    }

    async fn plan(&self, spec: &MeshSpec) -> Result<Plan> {
        Ok(Plan::new(spec.mesh.clone(), "entry"))
    }

    async fn install(&self, spec: &MeshSpec, _: &Context) -> Result<Installation> {
        let entry = format!("{}:80", spec.mesh);
        Ok(Installation { id: 1, spec: spec.clone(), entry, processes: Vec::new() })
    }

    async fn verify(&self, _: &Installation, _: &Context) -> Result<Vec<CheckOutcome>> {
        Ok(Vec::new())
    }

    async fn status(&self, _: &Installation) -> Result<Vec<ProcessStatus>> {
        Ok(Vec::new())
    }

    async fn uninstall(&self, _: &Installation) -> Result<()> {
        Ok(())
    }

    async fn start_upstream(&self, _: &Context) -> Result<Installation> {
        let spec = MeshSpec {
            mesh: "upstream".into(),
            upstream: String::new(),
            mtls: false,
            settings: serde_json::Map::new(),
        };
        self.install(&spec, &Context::default()).await
    }
}

/// A load whose latency follows from the arm, the load and the number of runs that its arm had there.
#[derive(Default)]
struct Scripted {
    runs: AtomicU32,
    /// Fails for good at this run.
    fails_at: Option<u32>,
    noise: f64,
}

#[async_trait]
impl LoadTest for Scripted {
    fn tool(&self) -> Tool {
        Tool { name: "scripted".into(), version: "1".into() }
    }

    async fn run(&self, spec: &LoadSpec, context: &Context) -> Result<Measurement> {
        context.report(&Event::WindowStarted);
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        if self.fails_at.is_some_and(|at| number >= at) {
            return Err(Error::new(ErrorKind::Unreachable, "gone"));
        }
        let slow = if spec.target.contains("envoy") { 1.5 } else { 1.0 };
        let scrambled = (number + 1).wrapping_mul(0x9e37_79b9).rotate_left(13).wrapping_mul(0x85eb_ca6b) >> 16;
        let wobble = 1.0 + self.noise * f64::from(scrambled) / 65_536.0;
        let mut measurement = Measurement::new(self.tool(), spec);
        measurement.throughput = spec.pace.rate();
        for part in 0..4000 {
            let nanos = 10e6 * slow * wobble * (1.0 + f64::from(part) / 2000.0);
            measurement.measured.counts.add(Fate::Ok, Some(200));
            measurement.measured.response.record_nanos(nanos as u64);
            measurement.measured.service.record_nanos(nanos as u64);
        }
        context.report(&Event::WindowEnded);
        Ok(measurement)
    }
}

/// A journal in memory that can be cut.
#[derive(Clone, Default)]
struct Kept(Vec<Entry>);

impl Journal for Kept {
    fn read(&mut self) -> Result<Vec<Entry>> {
        Ok(self.0.clone())
    }

    fn append(&mut self, entry: &Entry) -> Result<()> {
        self.0.push(entry.clone());
        Ok(())
    }
}

fn spec() -> CampaignSpec {
    let point =
        |name: &str, rate| LoadPoint { name: name.into(), pace: Pace::Constant(Rate::per_second(rate).unwrap()) };
    let mut workload = Workload::default();
    workload.load.stop = Stop::Duration(Duration::from_secs(2));
    let large = Workload { name: "large".into(), path: "/large".into(), ..workload.clone() };
    CampaignSpec {
        arms: vec![
            ArmSpec::new("none", "none"),
            ArmSpec::new("again", "none").as_control(),
            ArmSpec::new("envoy", "envoy"),
        ],
        workloads: vec![workload, large],
        points: vec![point("slow", 500.0), point("fast", 2000.0)],
        rounds: 6,
        seed: Some(11),
        ..CampaignSpec::default()
    }
}

fn run(spec: &CampaignSpec, load: &Scripted, journal: &mut Kept) -> Result<Campaign> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(campaign::run(spec, load, &Names, journal, &Context::default()))
}

/// Which runs were made, in their order, with the cell, the arm and the block.
fn order(campaign: &Campaign) -> Vec<(u32, String, String, String, u32)> {
    let mut all: Vec<_> = campaign
        .cells
        .iter()
        .flat_map(|cell| cell.comparison.arms.iter().map(move |arm| (cell, arm)))
        .flat_map(|(cell, arm)| {
            arm.runs.iter().map(move |run| {
                (run.order, cell.workload.clone(), cell.point.clone(), arm.spec.name.clone(), run.block)
            })
        })
        .collect();
    all.sort();
    all
}

#[test]
fn every_cell_is_judged_and_the_baseline_is_in_every_block() {
    let campaign = run(&spec(), &Scripted { noise: 0.02, ..Scripted::default() }, &mut Kept::default()).unwrap();
    assert_eq!((campaign.cells.len(), campaign.end.clone()), (4, End::Complete));
    for cell in &campaign.cells {
        assert!(cell.comparison.arms.iter().all(|arm| arm.runs.len() == 6));
        let effect = cell.comparison.effect("envoy", "latency.p99").unwrap();
        assert_eq!(
            (effect.verdict, effect.family),
            (Verdict::Regressed, 4 * 6),
            "corrected over all cells: {effect:?}"
        );
    }
    let order = order(&campaign);
    assert_eq!(order.len(), 4 * 3 * 6);
    for block in order.chunks(3) {
        let (cell, names) = (&block[0].1, block.iter().map(|run| run.3.as_str()));
        assert!(block.iter().all(|run| run.1 == *cell && run.4 == block[0].4), "a block is made at a stretch");
        assert_eq!(names.collect::<std::collections::BTreeSet<_>>().len(), 3);
    }
    let firsts: std::collections::BTreeSet<_> = order.chunks(12).map(|round| (&round[0].1, &round[0].2)).collect();
    assert!(firsts.len() > 1, "cells take turns in a new order");
}

#[test]
fn a_campaign_cut_off_anywhere_goes_on_where_it_would_have() {
    let mut whole = Kept::default();
    let expected = order(&run(&spec(), &Scripted::default(), &mut whole).unwrap());
    for cut in (0..whole.0.len()).step_by(5).chain([whole.0.len() - 1]) {
        let mut journal = Kept(whole.0[..cut].to_vec());
        let load = Scripted::default();
        let resumed = run(&spec(), &load, &mut journal).unwrap();
        let kept = whole.0[..cut].iter().filter(|entry| matches!(entry, Entry::Run { .. })).count();
        assert_eq!(load.runs.into_inner() as usize, expected.len() - kept, "only what was missing is made");
        assert_eq!(order(&resumed), expected);
        assert_eq!(resumed.sessions, if cut < 2 { 1 } else { 2 });
    }
}

#[test]
fn a_complete_journal_starts_nothing() {
    let mut journal = Kept::default();
    let first = run(&spec(), &Scripted::default(), &mut journal).unwrap();
    let idle = Scripted { fails_at: Some(0), ..Scripted::default() };
    let again = run(&spec(), &idle, &mut journal).unwrap();
    assert_eq!(idle.runs.into_inner(), 0);
    let effects =
        |campaign: &Campaign| -> Vec<_> { campaign.cells.iter().map(|cell| cell.comparison.effects.clone()).collect() };
    assert_eq!((effects(&again), again.took), (effects(&first), first.took));
}

#[test]
fn a_journal_of_something_else_is_refused() {
    let mut journal = Kept::default();
    run(&spec(), &Scripted::default(), &mut journal).unwrap();
    let other = CampaignSpec { rounds: 7, ..spec() };
    assert_eq!(run(&other, &Scripted::default(), &mut journal).unwrap_err().kind(), ErrorKind::Conflict);
    let mut headless = Kept(journal.0[1..].to_vec());
    assert_eq!(run(&spec(), &Scripted::default(), &mut headless).unwrap_err().kind(), ErrorKind::Syntax);
    let Entry::Begun { tool, .. } = &mut journal.0[0] else { panic!("the first entry is the beginning") };
    tool.version = "0".into();
    assert_eq!(run(&spec(), &Scripted::default(), &mut journal).unwrap_err().kind(), ErrorKind::Conflict);
}

#[test]
fn looks_end_what_is_settled() {
    let spec = CampaignSpec { rounds: 30, looks: vec![10, 20, 30], ..spec() };
    let campaign = run(&spec, &Scripted { noise: 0.001, ..Scripted::default() }, &mut Kept::default()).unwrap();
    for cell in &campaign.cells {
        assert!(cell.settled_early);
        assert!(cell.comparison.arms.iter().all(|arm| arm.runs.len() == 10));
        let effect = cell.comparison.effect("envoy", "latency.p50").unwrap();
        assert!(effect.method.contains("O'Brien-Fleming"), "{}", effect.method);
        assert_eq!(effect.verdict, Verdict::Regressed);
    }
    assert_eq!(campaign.end, End::Complete);
}

#[test]
fn noise_is_looked_at_until_the_end() {
    let spec = CampaignSpec { rounds: 8, looks: vec![5, 8], ..spec() };
    let campaign = run(&spec, &Scripted { noise: 3.0, ..Scripted::default() }, &mut Kept::default()).unwrap();
    assert!(campaign.cells.iter().all(|cell| !cell.settled_early));
    assert!(campaign.cells.iter().all(|cell| cell.comparison.arms[0].runs.len() == 8));
}

#[test]
fn a_budget_ends_it_and_a_larger_one_would_have_gone_on() {
    // Nothing takes time in the script but the plan says what a first block takes.
    let spec = CampaignSpec { budget: Some(Duration::from_secs(5)), ..spec() };
    let campaign = run(&spec, &Scripted::default(), &mut Kept::default());
    assert_eq!(campaign.unwrap().end, End::OutOfTime);
    let spec = CampaignSpec { budget: Some(Duration::from_secs(3600)), ..spec };
    let campaign = run(&spec, &Scripted::default(), &mut Kept::default());
    assert_eq!(campaign.unwrap().end, End::Complete);
}
