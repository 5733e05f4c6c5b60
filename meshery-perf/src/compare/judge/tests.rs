use std::time::Duration;

use meshery_core::comparison::{End, Environment, FORMAT, ProcessUse, Propagation, RunLoad};
use meshery_core::load::Tool;
use meshery_core::plan::Role;
use meshery_core::{ArmSpec, Fate, Latencies, LoadSpec, Measurement, Rate};

use super::*;
use crate::rng::SplitMix64;

/// Noise of a run: the sum of twelve uniforms less six is close to a standard normal.
fn normal(rng: &mut SplitMix64) -> f64 {
    (0..12).map(|_| rng.next() as f64 / u64::MAX as f64).sum::<f64>() - 6.0
}

fn run(block: u32, micros: f64, processes: Vec<ProcessUse>) -> Run {
    let mut measurement = Measurement::new(Tool { name: "t".into(), version: "0".into() }, &LoadSpec::new("http://t/"));
    measurement.throughput = Rate::per_second(2000.0).ok();
    for part in 0..4000 {
        let nanos = micros * 1000.0 * (1.0 + f64::from(part) / 2000.0);
        measurement.measured.counts.add(Fate::Ok, Some(200));
        measurement.measured.response.record_nanos(nanos as u64);
        measurement.measured.service.record_nanos(nanos as u64);
    }
    Run { block, order: block, measurement: Some(measurement), processes, propagation: None, error: None }
}

fn proxy(name: &str, micros_per_request: u64, mebibytes: u64) -> ProcessUse {
    let cpu = Duration::from_micros(micros_per_request * 4000);
    let memory_bytes = mebibytes << 20;
    ProcessUse { name: name.into(), role: Role::Proxy, cpu, memory_bytes, peak_memory_bytes: memory_bytes }
}

fn arm(spec: ArmSpec, runs: Vec<Run>) -> Arm {
    Arm { spec, versions: [].into(), checks: vec![], runs, pooled: Latencies::new() }
}

/// Six blocks: a baseline of 10 ms with 1 % noise between runs, its control, and a mesh that is `factor` slower.
fn comparison(factor: f64) -> Comparison {
    with_noise(factor, 0.01)
}

fn with_noise(factor: f64, noise: f64) -> Comparison {
    let mut rng = SplitMix64::new(3);
    let mut runs = |factor: f64, processes: &dyn Fn() -> Vec<ProcessUse>| -> Vec<Run> {
        (1..=6).map(|block| run(block, 10_000.0 * factor * (noise * normal(&mut rng)).exp(), processes())).collect()
    };
    let proxies = || vec![proxy("client", 30, 50), proxy("server", 40, 60)];
    let arms = vec![
        arm(ArmSpec::new("none", "none"), runs(1.0, &Vec::new)),
        arm(ArmSpec::new("again", "none").as_control(), runs(1.0, &Vec::new)),
        arm(ArmSpec::new("envoy", "envoy"), runs(factor, &proxies)),
    ];
    let spec = ComparisonSpec { arms: arms.iter().map(|arm| arm.spec.clone()).collect(), ..ComparisonSpec::default() };
    Comparison {
        format: FORMAT,
        tool: Tool { name: "t".into(), version: "0".into() },
        spec,
        seed: 3,
        started_unix_ns: 0,
        took: Duration::ZERO,
        environment: Environment::default(),
        upstream: None,
        arms,
        effects: vec![],
        warnings: vec![],
        end: End::Complete,
    }
}

fn judged(mut comparison: Comparison) -> Comparison {
    judge(&mut [Open { comparison: &mut comparison, alpha: 0.05 }]);
    comparison
}

#[test]
fn a_slower_mesh_regresses_and_its_control_does_not() {
    let comparison = judged(comparison(1.5));
    for metric in ["latency.p50", "latency.p99", "latency.p99.9", "cpu_per_1000_requests", "memory/client"] {
        let effect = comparison.effect("envoy", metric).unwrap();
        assert_eq!((effect.verdict, effect.beyond_margin), (Verdict::Regressed, true), "{metric}");
    }
    for metric in ["latency.p50", "throughput", "errors"] {
        assert_eq!(comparison.effect("again", metric).unwrap().verdict, Verdict::Equivalent, "{metric}");
    }
    assert!(comparison.warnings.is_empty());
    assert!(comparison.effect("again", "memory").is_none(), "no proxies, no overhead to speak of");
}

#[test]
fn effects_carry_their_evidence() {
    let comparison = judged(comparison(1.5));
    let effect = comparison.effect("envoy", "latency.p50").unwrap();
    let (interval, difference) = (effect.ci95.unwrap(), effect.difference.unwrap());
    assert!(interval.contains(0.5) && (difference - 0.5).abs() < 0.05, "{effect:?}");
    assert!(effect.p.unwrap() <= effect.p_adjusted.unwrap());
    assert_eq!(effect.method, "paired t of logarithms, Benjamini-Hochberg");
    let cpu = comparison.effect("envoy", "cpu_per_1000_requests").unwrap();
    assert_eq!((cpu.difference, cpu.baseline_value), (Some(70_000.0), Some(0.0)));
    assert_eq!(comparison.effect("envoy", "cpu_per_1000_requests/server").unwrap().arm_value, Some(40_000.0));
    assert_eq!(cpu.reasons[0].code, Doubt::ZeroVariance);
}

#[test]
fn a_faster_arm_improves_and_a_hidden_one_is_inconclusive() {
    assert_eq!(judged(comparison(0.5)).effect("envoy", "latency.p50").unwrap().verdict, Verdict::Improved);
    let comparison = judged(with_noise(1.02, 0.06));
    let effect = comparison.effect("envoy", "latency.p50").unwrap();
    assert_eq!(effect.verdict, Verdict::Inconclusive, "{effect:?}");
    assert!(effect.detectable.is_some() && effect.reasons[0].message.contains("four cases out of five"));
    let runs = effect.runs_needed.unwrap();
    assert!(
        runs > 6 && effect.reasons[0].message.contains(&format!("{runs} runs an arm would settle it")),
        "{effect:?}"
    );
}

#[test]
fn equivalent_is_not_always_the_same() {
    let comparison = judged(with_noise(1.015, 0.002));
    let effect = comparison.effect("envoy", "latency.p50").unwrap();
    assert_eq!(
        (effect.verdict, effect.differs, effect.beyond_margin),
        (Verdict::Equivalent, true, false),
        "{effect:?}"
    );
}

#[test]
fn propagation_is_compared_where_both_arms_have_it() {
    let told = |run: &mut Run, millis: u64| {
        let mut times = Latencies::new();
        for proxy in 0..20 {
            times.record(Duration::from_millis(millis + proxy));
        }
        run.propagation = Some(Propagation { source: "envoy".into(), times, unreached: 0 });
    };
    let mut slow = comparison(1.0);
    for (index, millis) in [(0, 100), (2, 300)] {
        slow.arms[index].runs.iter_mut().for_each(|run| told(run, millis + u64::from(run.block)));
    }
    let slow = judged(slow);
    for metric in ["propagation.p50", "propagation.p90"] {
        let effect = slow.effect("envoy", metric).unwrap();
        assert_eq!((effect.verdict, effect.runs), (Verdict::Regressed, 6), "{effect:?}");
    }
    assert!(slow.effect("envoy", "propagation.p99").is_none(), "of twenty proxies none is the hundredth");
    assert!(slow.effect("again", "propagation.p50").is_none(), "nobody looked there");
}

#[test]
fn too_few_runs_or_requests_claim_nothing() {
    let mut few = comparison(1.5);
    for arm in &mut few.arms {
        arm.runs.truncate(4);
    }
    let few = judged(few);
    let effect = few.effect("envoy", "latency.p50").unwrap();
    assert_eq!((effect.verdict, effect.p), (Verdict::Inconclusive, None));
    assert_eq!(effect.reasons[0].code, Doubt::TooFewRuns);
    let mut short = comparison(1.5);
    for run in short.arms.iter_mut().flat_map(|arm| &mut arm.runs) {
        let phase = &mut run.measurement.as_mut().unwrap().measured;
        phase.response = Latencies::new();
        (0..1000).for_each(|_| phase.response.record_nanos(1000));
    }
    let short = judged(short);
    let effect = short.effect("envoy", "latency.p99.9").unwrap();
    assert_eq!((effect.verdict, effect.arm_value), (Verdict::Inconclusive, None));
    assert_eq!(effect.reasons[0].code, Doubt::TooFewSamples);
}

#[test]
fn invalid_runs_are_left_out_and_many_of_them_spoil_the_verdict() {
    let invalidate = |run: &mut Run| {
        let validity = &mut run.measurement.as_mut().unwrap().validity;
        validity.invalid.push(Reason::new(Doubt::RateNotAchieved, "late"));
    };
    let mut one = comparison(1.5);
    invalidate(&mut one.arms[2].runs[0]);
    let one = judged(one);
    assert_eq!(one.effect("envoy", "latency.p50").unwrap().runs, 5);
    assert_eq!(one.effect("envoy", "latency.p50").unwrap().verdict, Verdict::Regressed);
    let mut many = comparison(1.5);
    many.arms[2].runs[..3].iter_mut().for_each(invalidate);
    let many = judged(many);
    let effect = many.effect("envoy", "latency.p50").unwrap();
    assert_eq!((effect.verdict, effect.reasons[0].code), (Verdict::Invalid, Doubt::RateNotAchieved));
    assert_eq!(many.effect("again", "latency.p50").unwrap().verdict, Verdict::Equivalent);
}

#[test]
fn a_closed_loop_has_no_say_on_latency() {
    let mut closed = comparison(1.5);
    closed.spec.load = RunLoad { pace: Pace::Closed, ..RunLoad::default() };
    let closed = judged(closed);
    assert_eq!(closed.effect("envoy", "latency.p50").unwrap().verdict, Verdict::Invalid);
    assert_eq!(closed.effect("envoy", "throughput").unwrap().verdict, Verdict::Equivalent);
}

#[test]
fn a_control_that_moves_is_warned_of() {
    let mut moved = comparison(1.5);
    moved.arms[1].runs = moved.arms[2].runs.clone();
    let moved = judged(moved);
    assert_eq!(moved.warnings[0].code, Doubt::ControlMoved);
    assert!(moved.warnings[0].found.as_ref().unwrap().contains("latency.p50"));
}

#[test]
fn a_pair_far_from_the_others_counts_and_is_pointed_at() {
    let mut odd = comparison(1.5);
    odd.arms[2].runs[3] = run(4, 60_000.0, vec![proxy("client", 30, 50), proxy("server", 40, 60)]);
    let odd = judged(odd);
    let effect = odd.effect("envoy", "latency.p50").unwrap();
    assert_eq!(effect.runs, 6, "nothing is left out");
    assert!(effect.reasons.iter().any(|reason| reason.code == Doubt::Outlier), "{effect:?}");
    assert_ne!(effect.verdict, Verdict::Invalid);
}
