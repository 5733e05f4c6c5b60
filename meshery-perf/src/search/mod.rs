//! The highest rate that keeps a goal: a pure planner that says which trial comes next, and a driver that makes it.

mod bounds;
mod planner;

use std::time::{Duration, Instant};

use meshery_core::search::{CurvePoint, Goal, GoalResult};
use meshery_core::threshold::{Metric, Threshold, ThresholdOutcome, Thresholds};
use meshery_core::{
    Context, Error, ErrorKind, Event, LoadSpec, LoadTest, Measurement, Pace, Rate, Result, SearchResult, SearchSpec,
    Stop,
};

use planner::{Next, Planner, Trial};

/// Searches for the highest rate that keeps each goal.
///
/// ```no_run
/// use meshery_core::{Context, SearchSpec};
///
/// # async fn example(spec: SearchSpec) -> meshery_core::Result<()> {
/// let found = meshery_perf::search(&meshery_perf::Engine::new(), &spec, &Context::default()).await?;
/// for goal in &found.goals {
///     println!("{}: {:?} to {:?}", goal.goal, goal.lower, goal.upper);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`InvalidInput`](ErrorKind::InvalidInput) for a specification that cannot be searched, and those of the load. A search
/// that is cancelled ends with what it has, its goals marked as not complete.
pub async fn search(engine: &dyn LoadTest, spec: &SearchSpec, context: &Context) -> Result<SearchResult> {
    spec.check()?;
    let began = Instant::now();
    let mut planner = Planner::new(spec);
    let mut curve = Vec::new();
    while let Some(next) = planner.next() {
        if context.cancel.is_cancelled() || began.elapsed() + next.lasts > spec.at_most {
            break;
        }
        context
            .report(&Event::Step { title: format!("trial {} at {} for {:?}", curve.len() + 1, next.rate, next.lasts) });
        let point = trial(engine, (&spec.load, &spec.goals), next, context).await?;
        if context.cancel.is_cancelled() {
            break;
        }
        planner.learn(Trial { rate: next.rate.get(), lasts: next.lasts, kept: point.kept.clone() });
        curve.push(point);
    }
    curve.sort_by(|a: &CurvePoint, b| a.rate.get().total_cmp(&b.rate.get()));
    let goals = spec.goals.iter().enumerate().map(|(index, goal)| {
        let (bounds, complete) = planner.found(index);
        let rate = |rate: Option<f64>| rate.and_then(|rate| Rate::per_second(rate).ok());
        GoalResult { goal: goal.name.clone(), lower: rate(bounds.lower), upper: rate(bounds.upper), complete }
    });
    Ok(SearchResult { goals: goals.collect(), curve })
}

/// Latency against rate: the load at each of these rates, one after the other.
///
/// # Errors
/// Those of the load; [`Cancelled`](ErrorKind::Cancelled) when the caller stops it.
pub async fn curve(
    engine: &dyn LoadTest,
    load: &LoadSpec,
    rates: &[Rate],
    lasts: Duration,
    context: &Context,
) -> Result<Vec<CurvePoint>> {
    if rates.is_empty() {
        return Err(Error::new(ErrorKind::InvalidInput, "no rate").at("rates").expected("at least one"));
    }
    let mut points = Vec::new();
    for rate in rates {
        context.cancel.check()?;
        points.push(trial(engine, (load, &[]), Next { rate: *rate, lasts }, context).await?);
    }
    Ok(points)
}

/// A load at a rate, and which of the goals it keeps.
async fn trial(
    engine: &dyn LoadTest,
    (load, goals): (&LoadSpec, &[Goal]),
    next: Next,
    context: &Context,
) -> Result<CurvePoint> {
    let Next { rate, lasts } = next;
    let pace = match &load.pace {
        Pace::Poisson(_) => Pace::Poisson(rate),
        Pace::PoissonExact(_) => Pace::PoissonExact(rate),
        _ => Pace::Constant(rate),
    };
    let mut thresholds = Thresholds::new();
    for (metric, threshold) in goals.iter().flat_map(Goal::all) {
        let all = thresholds.entry(metric).or_default();
        if !all.contains(threshold) {
            all.push(threshold.clone());
        }
    }
    let load = LoadSpec { pace, stop: Stop::Duration(lasts), thresholds, ..load.clone() };
    let measurement = engine.run(&load, context).await?;
    Ok(CurvePoint {
        rate,
        lasts,
        throughput: measurement.throughput,
        failed: measurement.measured.counts.failure_share(),
        kept: goals.iter().map(|goal| keeps(&measurement, goal)).collect(),
        percentiles: measurement.percentiles,
        thresholds: measurement.thresholds,
        validity: measurement.validity,
    })
}

/// Whether a trial kept a goal; one that cannot be trusted keeps none.
fn keeps(measurement: &Measurement, goal: &Goal) -> bool {
    let holds = |outcome: &ThresholdOutcome| {
        let asked = |(metric, threshold): (Metric, &Threshold)| {
            metric == outcome.metric && threshold.threshold == outcome.threshold
        };
        outcome.holds || !goal.all().any(asked)
    };
    measurement.validity.is_valid() && measurement.thresholds.iter().all(holds)
}
