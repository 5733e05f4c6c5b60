//! What a campaign knows of itself: from its journal, and from every run as it is made.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use meshery_core::campaign::Cell;
use meshery_core::comparison::{Arm, End, Environment, FORMAT, Run};
use meshery_core::load::Tool;
use meshery_core::measurement::{Doubt, Reason};
use meshery_core::{Campaign, CampaignSpec, Comparison, ComparisonSpec, Error, ErrorKind, LoadTest, Result};

use super::journal::{Entry, Journal, Proof};
use super::looks::Looks;
use super::run::check_load;
use super::schedule::blocks;
use crate::pace::nanos;
use crate::rng;

/// A campaign under way.
pub(super) struct Record<'a> {
    pub(super) campaign: Campaign,
    pub(super) looks: Looks,
    pub(super) proofs: Option<Vec<Proof>>,
    pub(super) settled: Vec<bool>,
    journal: Option<&'a mut dyn Journal>,
}

impl<'a> Record<'a> {
    /// Reads what has been done, or begins.
    pub(super) fn prepare(
        spec: &CampaignSpec,
        load: &dyn LoadTest,
        journal: Option<&'a mut dyn Journal>,
    ) -> Result<Self> {
        let tool = &load.tool();
        let plan = super::plan(spec)?;
        for (index, cell) in spec.cells().iter().enumerate() {
            let workload = index / spec.points.len().max(1);
            check_load(&cell.comparison, load).map_err(|error| error.at(format!("workloads[{workload}].load")))?;
        }
        let started_unix_ns = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, nanos);
        let seed = spec.seed.unwrap_or_else(|| rng::draw_seed(started_unix_ns));
        let mut campaign = Campaign {
            format: FORMAT,
            spec: spec.clone(),
            plan,
            seed,
            started_unix_ns,
            sessions: 0,
            took: Duration::ZERO,
            cells: Vec::new(),
            warnings: Vec::new(),
            end: End::Complete,
        };
        let mut journal = journal;
        let entries = journal.as_mut().map_or(Ok(Vec::new()), |journal| journal.read())?;
        if let Some(begun) = entries.first() {
            resume(&mut campaign, tool, begun)?;
        } else if let Some(journal) = &mut journal {
            let spec = Box::new(spec.clone());
            journal.append(&Entry::Begun { format: FORMAT, spec, seed, started_unix_ns, tool: tool.clone() })?;
        }
        campaign.cells = cells(&campaign, tool);
        let settled = vec![false; campaign.cells.len()];
        let looks = Looks::new(spec)?;
        let mut work = Self { campaign, looks, proofs: None, settled, journal };
        entries.into_iter().skip(1).try_for_each(|entry| work.remember(entry))?;
        (0..work.campaign.cells.len()).for_each(|cell| work.look(cell));
        Ok(work)
    }

    /// What an entry of the journal says.
    fn remember(&mut self, entry: Entry) -> Result<()> {
        match entry {
            Entry::Begun { .. } => return Err(unreadable("it begins twice")),
            Entry::Session { environment } => self.meet(&environment),
            Entry::Proven { arms } => self.learn(arms),
            Entry::Run { cell, arm, took, run } => {
                let known = self.campaign.cells.get_mut(cell).filter(|cell| arm < cell.comparison.arms.len());
                let cell =
                    known.ok_or_else(|| unreadable("a run of a cell or an arm that the specification has not"))?;
                self.campaign.took += took;
                keep(cell, arm, took, *run);
            }
        }
        Ok(())
    }

    /// A session on a machine: the first is what the result says, another one is warned of.
    pub(super) fn meet(&mut self, environment: &Environment) {
        self.campaign.sessions += 1;
        let Some(first) = self.campaign.cells.first().map(|cell| cell.comparison.environment.clone()) else { return };
        if self.campaign.sessions == 1 {
            self.campaign.cells.iter_mut().for_each(|cell| cell.comparison.environment = environment.clone());
        } else if first != *environment {
            let message = "resumed on another machine, or on the same after a change: pairs within a block may be torn";
            let reason = Reason::new(Doubt::EnvironmentChanged, message);
            let text = |environment: &Environment| {
                format!("{}, {}, {} cores", environment.platform, environment.kernel, environment.cores)
            };
            self.campaign.warnings.push(reason.expected(text(&first)).found(text(environment)));
        }
    }

    pub(super) fn learn(&mut self, proofs: Vec<Proof>) {
        for cell in &mut self.campaign.cells {
            for (arm, proof) in cell.comparison.arms.iter_mut().zip(&proofs) {
                (arm.versions, arm.checks) = (proof.versions.clone(), proof.checks.clone());
            }
        }
        self.proofs = Some(proofs);
    }

    pub(super) fn note(&mut self, entry: &Entry) -> Result<()> {
        self.journal.as_mut().map_or(Ok(()), |journal| journal.append(entry))
    }

    pub(super) fn runs(&self) -> u32 {
        let arms = self.campaign.cells.iter().flat_map(|cell| &cell.comparison.arms);
        arms.map(|arm| arm.runs.len() as u32).sum()
    }

    pub(super) fn is_kept(&self) -> bool {
        self.journal.is_some()
    }

    /// Writes a run down, and looks at its cell when its block is complete.
    pub(super) fn add(&mut self, (index, arm): (usize, usize), took: Duration, run: Run) -> Result<()> {
        self.note(&Entry::Run { cell: index, arm, took, run: Box::new(run.clone()) })?;
        self.campaign.took += took;
        keep(&mut self.campaign.cells[index], arm, took, run);
        self.look(index);
        Ok(())
    }

    fn look(&mut self, index: usize) {
        let cell = &self.campaign.cells[index];
        let fit = |arm: &&Arm| arm.checks.iter().all(|check| check.passed);
        let last = blocks(cell);
        let complete = |arm: &Arm| arm.runs.iter().any(|run| run.block == last);
        if last > 0 && cell.comparison.arms.iter().filter(fit).all(complete) {
            self.settled[index] = self.looks.settled(&cell.comparison, last).is_some();
        }
    }
}

/// Takes over what the first entry says, if it is of this campaign.
fn resume(campaign: &mut Campaign, tool: &Tool, begun: &Entry) -> Result<()> {
    let Entry::Begun { format, spec, seed, started_unix_ns, tool: before } = begun else {
        return Err(unreadable("it has no beginning"));
    };
    if *format > FORMAT {
        return Err(unreadable("it is of a newer version").expected(FORMAT.to_string()).found(format.to_string()));
    }
    if **spec != campaign.spec {
        return Err(Error::new(ErrorKind::Conflict, "the journal is of another campaign")
            .at("journal")
            .expected(serde_json::to_string(&campaign.spec)?)
            .found(serde_json::to_string(spec)?));
    }
    if before != tool {
        let text = |tool: &Tool| format!("{} {}", tool.name, tool.version);
        return Err(Error::new(ErrorKind::Conflict, "the campaign was begun with another tool")
            .at("journal")
            .expected(text(before))
            .found(text(tool)));
    }
    (campaign.seed, campaign.started_unix_ns) = (*seed, *started_unix_ns);
    Ok(())
}

fn unreadable(message: &str) -> Error {
    Error::new(ErrorKind::Syntax, format!("not a campaign's journal: {message}")).at("journal")
}

/// Every cell, without runs.
fn cells(campaign: &Campaign, tool: &Tool) -> Vec<Cell> {
    let comparison = |spec: ComparisonSpec| Comparison {
        format: FORMAT,
        tool: tool.clone(),
        seed: campaign.seed,
        started_unix_ns: campaign.started_unix_ns,
        took: Duration::ZERO,
        environment: Environment::default(),
        upstream: None,
        arms: spec.arms.iter().map(|arm| Arm::new(arm.clone())).collect(),
        spec,
        effects: Vec::new(),
        warnings: Vec::new(),
        end: End::Complete,
    };
    let cells = campaign.spec.cells().into_iter();
    cells
        .map(|cell| Cell {
            workload: cell.workload,
            point: cell.point,
            settled_early: false,
            comparison: comparison(cell.comparison),
        })
        .collect()
}

fn keep(cell: &mut Cell, arm: usize, took: Duration, run: Run) {
    cell.comparison.took += took;
    cell.comparison.arms[arm].runs.push(run);
}
