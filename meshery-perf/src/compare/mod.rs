//! Comparisons: the same load through every arm, in randomised blocks, judged over whole runs.
//!
//! The unit is the run: fresh proxies, fresh connections, one load. Every block holds one run of each arm in a random
//! order, so that whatever drifts during the session falls on all arms alike and cancels in the paired differences.

mod judge;
mod metrics;
mod order;
mod run;

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use meshery_core::comparison::{Arm, End, FORMAT};
use meshery_core::{
    Comparison, ComparisonSpec, Context, Error, ErrorKind, Event, Installation, Latencies, LoadTest, MeshHost, Result,
};

use crate::pace::nanos;
use crate::rng;
use crate::telemetry::environment;
use run::Session;

/// Compares all arms of a specification and returns every run, every verdict, and what is needed to do it again.
///
/// Needs a tokio runtime if the host does. Runs that were made are never lost: when the comparison is cancelled, or the
/// upstream ends, after the first run, the result says how it [`End`]ed and holds what there is.
///
/// # Errors
/// [`InvalidInput`](ErrorKind::InvalidInput) with the field as its place; what the host says of an arm it cannot plan,
/// at `arms[i]`; [`CheckFailed`](ErrorKind::CheckFailed) when the baseline cannot be set up; and whatever ends the
/// comparison before its first run.
pub async fn compare(
    spec: &ComparisonSpec,
    load: &dyn LoadTest,
    host: &dyn MeshHost,
    context: &Context,
) -> Result<Comparison> {
    spec.check()?;
    run::load_spec(spec, "http://checked.invalid/").check().map_err(|error| error.at("load"))?;
    let upstream = match spec.upstream {
        Some(_) => None,
        None => Some(host.start_upstream(context).await?),
    };
    let result = with_upstream(spec, load, Place { host, upstream: upstream.as_ref() }, context).await;
    if let Some(upstream) = &upstream {
        host.uninstall(upstream).await?;
    }
    result
}

/// The host, and the built-in upstream if there is one.
#[derive(Clone, Copy)]
struct Place<'a> {
    host: &'a dyn MeshHost,
    upstream: Option<&'a Installation>,
}

async fn with_upstream(
    spec: &ComparisonSpec,
    load: &dyn LoadTest,
    place: Place<'_>,
    context: &Context,
) -> Result<Comparison> {
    let begun = Instant::now();
    let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, nanos);
    let seed = spec.seed.unwrap_or_else(|| rng::draw_seed(started));
    let session = Session { spec, load, place, context };
    session.plan_all().await?;
    context.report(&Event::ComparisonStarted { runs: spec.rounds * spec.arms.len() as u32, seed });
    let mut comparison = Comparison {
        format: FORMAT,
        tool: load.tool(),
        spec: spec.clone(),
        seed,
        started_unix_ns: started,
        took: begun.elapsed(),
        environment: environment(),
        upstream: place.upstream.cloned(),
        arms: session.prove_all().await?,
        effects: Vec::new(),
        warnings: Vec::new(),
        end: End::Complete,
    };
    if let Err(error) = run_all(&session, &mut comparison).await {
        if comparison.arms.iter().all(|arm| arm.runs.is_empty()) {
            return Err(error);
        }
        comparison.end = End::Stopped { error: error.report().clone() };
    }
    for arm in &mut comparison.arms {
        arm.pooled = pooled(arm);
    }
    judge::judge(&mut comparison);
    comparison.took = begun.elapsed();
    for effect in &comparison.effects {
        let (arm, metric) = (effect.arm.clone(), effect.metric.clone());
        context.report(&Event::Judged { arm, metric, verdict: effect.verdict });
    }
    Ok(comparison)
}

async fn run_all(session: &Session<'_>, comparison: &mut Comparison) -> Result<()> {
    let fit: Vec<bool> = comparison.arms.iter().map(|arm| arm.checks.iter().all(|check| check.passed)).collect();
    let runs = session.spec.rounds * fit.iter().filter(|fit| **fit).count() as u32;
    let mut number = 0;
    for (block, arms) in order::blocks(comparison.seed, session.spec.rounds, comparison.arms.len()).enumerate() {
        for index in arms.into_iter().filter(|index| fit[*index]) {
            number += 1;
            session.context.cancel.check()?;
            let arm = &mut comparison.arms[index];
            let (name, block) = (arm.spec.name.clone(), block as u32 + 1);
            session.context.report(&Event::RunStarted { arm: name.clone(), block, run: number, runs });
            let run = session.run(&arm.spec, block, number).await;
            let measurement = run.measurement.as_ref();
            session.context.report(&Event::RunFinished {
                arm: name,
                run: number,
                runs,
                p50_ns: measurement.and_then(|found| found.measured.response.quantile(0.5)).map(nanos),
                valid: run::is_valid(&run),
            });
            arm.runs.push(run);
            session.check_upstream().await?;
        }
    }
    Ok(())
}

fn pooled(arm: &Arm) -> Latencies {
    let mut pooled = Latencies::new();
    for run in arm.runs.iter().filter(|run| run::is_valid(run)) {
        if let Some(measurement) = &run.measurement {
            pooled.merge(&measurement.measured.response);
        }
    }
    pooled
}

fn setup_failed(message: String) -> Error {
    Error::new(ErrorKind::CheckFailed, message)
}
