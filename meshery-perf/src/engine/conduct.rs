//! From a specification to threads, and from threads to a measurement.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use meshery_core::load::{Tool, Wait};
use meshery_core::response_check::CheckFailures;
use meshery_core::{Cancel, Context, Error, ErrorKind, Fate, LoadSpec, Measurement, Pace, ResponseCheck, Result, Stop};

use super::ask;
use super::collect::{Frame, collect};
use super::connection::Broken;
use super::control::check;
use super::floor;
use super::signals::Signals;
use super::watch::Watch;
use super::worker::{Job, Worker};
use crate::pace::{self, Share, nanos};
use crate::resolve::{Addresses, Refreshing};
use crate::target::Target;
use crate::{rng, telemetry};

pub(super) fn run(asked: &LoadSpec, tool: Tool, context: &Context, stop: &Cancel) -> Result<Measurement> {
    let seed = asked.seed.unwrap_or_else(|| rng::draw_seed(unix(SystemTime::now())));
    let asked = LoadSpec { seed: Some(seed), ..asked.clone() };
    let spec = &scheduled(&asked);
    let signals = Signals::new(spec.threads as usize, is_watched(&asked));
    let floor = floor::measure(&asked, context, stop)?;
    let (workers, _refreshing) = open(spec, seed, context, &signals)?;
    let planned = pace::planned(spec, seed);
    let epoch = Instant::now();
    let window_at = SystemTime::now() + spec.warm_up;
    let steal = telemetry::steal();
    let threads = workers.into_iter().enumerate().map(|(index, worker)| {
        let name = format!("meshery-load-{index}");
        Ok(std::thread::Builder::new().name(name).spawn(move || worker.run(epoch))?)
    });
    let threads: Vec<_> = threads.collect::<Result<_>>().inspect_err(|_| signals.cancel.cancel())?;
    let watch = Watch { asked: &asked, spec, planned, context, stop, signals: &signals, epoch };
    let ended_early = watch.until_finished(&threads);
    let mut harvests = Vec::new();
    for thread in threads {
        let died = |_| Error::new(ErrorKind::Internal, "a load thread ended in a panic");
        harvests.push(thread.join().map_err(died)??);
    }
    let mut measurement = Measurement::new(tool, &asked);
    measurement.started_unix_ns = unix(window_at);
    let cut = signals.finish().map(|at| Duration::from_nanos(at).saturating_sub(spec.warm_up));
    let frame = Frame { planned, window: cut.or(watch.window()), steal: (steal, telemetry::steal()), ended_early };
    collect(&mut measurement, &frame, harvests);
    measurement.generator.floor = floor;
    Ok(measurement)
}

/// The same load with a stop rule that a schedule can keep: what else ends it, ends it from outside.
fn scheduled(asked: &LoadSpec) -> LoadSpec {
    let stop = match &asked.stop {
        Stop::Precision(precision) => Stop::Duration(precision.at_most),
        other => other.clone(),
    };
    LoadSpec { stop, ..asked.clone() }
}

/// Whether something may end the load that depends on its results.
fn is_watched(spec: &LoadSpec) -> bool {
    let aborts = spec.thresholds.values().flatten().any(|threshold| threshold.abort);
    aborts || matches!(spec.stop, Stop::Precision(_))
}

fn unix(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, nanos)
}

/// The workers with their connections open, before any clock runs.
fn open(spec: &LoadSpec, seed: u64, context: &Context, signals: &Signals) -> Result<(Vec<Worker>, Option<Refreshing>)> {
    let learned = ask::learn(spec)?;
    let (target, sessions) = check(learned.as_ref().unwrap_or(spec))?;
    let addresses = Addresses::find(&target, &spec.network)?;
    let of = u64::from(spec.threads);
    let job = |thread: u64| Job {
        addresses: addresses.clone(),
        sessions: sessions.clone(),
        per_connection: spec.network.requests_per_connection,
        share: Share { thread, of },
        schedule: pace::schedule(spec, seed, Share { thread, of }),
        connections: spec.connections / spec.threads + u32::from(thread < u64::from(spec.connections % spec.threads)),
        warm_up: nanos(spec.warm_up),
        timeout: nanos(spec.timeout),
        wait: spec.wait,
        stamped: spec.wait != Wait::Spin && spec.pace != Pace::Closed,
        checks: spec.checks.iter().map(uncounted).collect(),
        latency: spec.checks.iter().enumerate().find_map(latency_limit),
        signals: signals.clone(),
    };
    let mut workers = Vec::new();
    for thread in 0..of {
        context.cancel.check()?;
        let mut worker = Worker::new(job(thread))?;
        worker.open_all().map_err(|broken| unreachable(&target, &broken))?;
        workers.push(worker);
    }
    let refreshing = addresses.refresh(&target, &spec.network)?;
    Ok((workers, refreshing))
}

fn uncounted(check: &ResponseCheck) -> CheckFailures {
    CheckFailures { check: check.clone(), count: 0, samples: Vec::new() }
}

fn latency_limit((index, check): (usize, &ResponseCheck)) -> Option<(usize, u64)> {
    match check {
        ResponseCheck::Latency(limit) => Some((index, nanos(*limit))),
        _ => None,
    }
}

fn unreachable(target: &Target, broken: &Broken) -> Error {
    let (kind, expected) = match broken.fate {
        Fate::Tls => (ErrorKind::Tls, "a TLS handshake that both sides accept"),
        _ => (ErrorKind::Unreachable, "a server that accepts connections"),
    };
    Error::new(kind, "no connection could be opened").at(&target.authority).expected(expected).found(&broken.why)
}
