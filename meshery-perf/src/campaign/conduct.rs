//! The loop: ask the schedule, make the run, write it down.

use std::time::Instant;

use meshery_core::campaign::Cell;
use meshery_core::comparison::{Arm, End};
use meshery_core::{
    Campaign, CampaignSpec, CheckOutcome, Context, Error, ErrorKind, Event, Latencies, LoadTest, MeshHost, Result,
};

use super::journal::{Entry, Journal, Proof};
use super::record::Record;
use super::run::Session;
use super::schedule::{Next, Schedule, blocks};
use crate::compare::judge::{Open, is_valid, judge};
use crate::pace::nanos;
use crate::telemetry::{Watch, environment};

/// Carries a campaign out; without a journal it is not kept.
pub(crate) async fn conduct(
    spec: &CampaignSpec,
    (load, host): (&dyn LoadTest, &dyn MeshHost),
    journal: Option<&mut dyn Journal>,
    context: &Context,
) -> Result<Campaign> {
    let mut record = Record::prepare(spec, load, journal)?;
    if record.next() == Next::Complete && record.proofs.is_some() {
        return Ok(record.judged(context));
    }
    let watch = spec.telemetry.as_ref().map(Watch::new).transpose().map_err(|error| error.at("telemetry"))?;
    record.session_begins()?;
    let upstream = match spec.upstream {
        Some(_) => None,
        None => Some(host.start_upstream(context).await?),
    };
    let session = Session { load, host, upstream: upstream.as_ref(), watch: watch.as_ref(), context };
    let made = record.carry_out(&session).await;
    if let Some(upstream) = &upstream {
        host.uninstall(upstream).await?;
    }
    for cell in &mut record.campaign.cells {
        cell.comparison.upstream.clone_from(&upstream);
    }
    if let Err(error) = made {
        if record.runs() == 0 {
            return Err(error);
        }
        record.campaign.end = End::Stopped { error: error.report().clone() };
    }
    Ok(record.judged(context))
}

impl Record<'_> {
    fn session_begins(&mut self) -> Result<()> {
        let environment = environment();
        self.note(&Entry::Session { environment: environment.clone() })?;
        self.meet(&environment);
        Ok(())
    }

    fn next(&self) -> Next {
        let fit = |proof: &Proof| proof.checks.iter().all(|check| check.passed);
        let all = || vec![true; self.campaign.spec.arms.len()];
        let schedule = Schedule {
            spec: &self.campaign.spec,
            seed: self.campaign.seed,
            fit: self.proofs.as_ref().map_or_else(all, |proofs| proofs.iter().map(fit).collect()),
            settled: self.settled.clone(),
            spent: self.campaign.took,
        };
        schedule.next(&self.campaign.cells)
    }

    async fn carry_out(&mut self, session: &Session<'_>) -> Result<()> {
        let Some(first) = self.campaign.cells.first().map(|cell| cell.comparison.spec.clone()) else {
            return Ok(());
        };
        session.plan_all(&first).await?;
        let (seed, arms) = (self.campaign.seed, self.campaign.spec.arms.len());
        let cells = self.campaign.cells.len();
        let runs = self.campaign.spec.rounds * (arms * cells) as u32;
        session.context.report(&Event::ComparisonStarted { runs, seed });
        self.prove(session).await?;
        let fit = self.fit_arms();
        let runs = self.campaign.spec.rounds * (fit * cells) as u32;
        loop {
            match self.next() {
                Next::Complete => return Ok(()),
                Next::OutOfTime => {
                    self.campaign.end = End::OutOfTime;
                    return Ok(());
                }
                Next::Run { cell, arm, block } => {
                    session.context.cancel.check()?;
                    self.make(session, (cell, arm, block), runs).await?;
                    session.check_upstream().await?;
                }
            }
        }
    }

    fn fit_arms(&self) -> usize {
        let passed = |checks: &[CheckOutcome]| checks.iter().all(|check| check.passed);
        self.proofs.iter().flatten().filter(|proof| passed(&proof.checks)).count()
    }

    /// Proves the arms; those of a campaign that is resumed must be the same as before.
    async fn prove(&mut self, session: &Session<'_>) -> Result<()> {
        let Some(first) = self.campaign.cells.first().map(|cell| cell.comparison.spec.clone()) else {
            return Ok(());
        };
        let proofs = session.prove_all(&first).await?;
        if let Some(before) = &self.proofs {
            for (index, (before, now)) in before.iter().zip(&proofs).enumerate() {
                if before.versions != now.versions {
                    return Err(Error::new(ErrorKind::Conflict, "the mesh changed since the campaign began")
                        .at(format!("arms[{index}]"))
                        .expected(format!("{:?}", before.versions))
                        .found(format!("{:?}", now.versions)));
                }
            }
        } else {
            self.note(&Entry::Proven { arms: proofs.clone() })?;
        }
        self.learn(proofs);
        Ok(())
    }

    /// Makes a run, writes it down, and looks at its cell when its block is complete.
    async fn make(&mut self, session: &Session<'_>, (index, arm, block): (usize, usize, u32), runs: u32) -> Result<()> {
        let number = self.runs() + 1;
        let several = self.campaign.cells.len() > 1;
        let cell = &self.campaign.cells[index];
        let (spec, name) = (&cell.comparison.spec, cell.comparison.spec.arms[arm].name.clone());
        if several {
            let (workload, point) = (cell.workload.clone(), cell.point.clone());
            session.context.report(&Event::Cell { workload, point });
        }
        session.context.report(&Event::RunStarted { arm: name.clone(), block, run: number, runs });
        let begun = Instant::now();
        let run = session.run(spec, &spec.arms[arm], (block, number)).await;
        let took = begun.elapsed();
        let finished = Event::RunFinished {
            arm: name,
            run: number,
            runs,
            p50_ns: run.measurement.as_ref().and_then(|found| found.measured.response.quantile(0.5)).map(nanos),
            valid: is_valid(&run),
        };
        // A run that was stopped in its middle is no run: a campaign that goes on makes it again.
        if self.is_kept() && session.context.cancel.is_cancelled() {
            return session.context.cancel.check();
        }
        self.add((index, arm), took, run)?;
        // Who is told of a run may rely on it being kept.
        session.context.report(&finished);
        Ok(())
    }

    fn judged(mut self, context: &Context) -> Campaign {
        let campaign = &mut self.campaign;
        let full = campaign.spec.judge.alpha;
        for (cell, settled) in campaign.cells.iter_mut().zip(&self.settled) {
            cell.settled_early = *settled;
            for arm in &mut cell.comparison.arms {
                arm.pooled = pooled(arm);
            }
        }
        let level = |cell: &Cell| self.looks.level_at(blocks(cell));
        let levels: Vec<f64> = campaign.cells.iter().map(level).collect();
        let open = campaign.cells.iter_mut().zip(&levels);
        let mut open: Vec<_> =
            open.map(|(cell, alpha)| Open { comparison: &mut cell.comparison, alpha: *alpha }).collect();
        judge(&mut open);
        let several = campaign.cells.len() > 1;
        for (cell, level) in campaign.cells.iter_mut().zip(levels) {
            if several {
                context.report(&Event::Cell { workload: cell.workload.clone(), point: cell.point.clone() });
            }
            for effect in &mut cell.comparison.effects {
                if level < full && !effect.method.is_empty() {
                    effect.method = format!("{}, O'Brien-Fleming at {level:.4}", effect.method);
                }
                let (arm, metric) = (effect.arm.clone(), effect.metric.clone());
                context.report(&Event::Judged { arm, metric, verdict: effect.verdict });
            }
        }
        self.campaign
    }
}

fn pooled(arm: &Arm) -> Latencies {
    let mut pooled = Latencies::new();
    for run in arm.runs.iter().filter(|run| is_valid(run)) {
        if let Some(measurement) = &run.measurement {
            pooled.merge(&measurement.measured.response);
        }
    }
    pooled
}
