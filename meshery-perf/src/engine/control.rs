//! From a specification to threads and from threads to a measurement.

use meshery_core::load::Tool;
use meshery_core::{Cancel, Context, Error, ErrorKind, LoadSpec, Measurement, Result, Stop};

use crate::target::Target;
use crate::{pace, protocol};

/// Runs a load to its end on threads of its own; blocks. `stop` ends it as the context's own flag does.
#[cfg(target_os = "linux")]
pub(super) fn run(spec: &LoadSpec, tool: Tool, context: &Context, stop: &Cancel) -> Result<Measurement> {
    linux::run(spec, tool, context, stop)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn run(spec: &LoadSpec, _tool: Tool, _context: &Context, _stop: &Cancel) -> Result<Measurement> {
    check(spec)?;
    Err(Error::new(ErrorKind::Unsupported, "the native load engine runs on Linux only")
        .expected("linux")
        .found(std::env::consts::OS))
}

/// What the specification asks for, resolved; refuses what this engine does not know.
fn check(spec: &LoadSpec) -> Result<(Target, std::sync::Arc<dyn protocol::Prepared>)> {
    spec.check()?;
    let unknown = |place: &str, expected: &str| {
        let error = Error::new(ErrorKind::Unsupported, "this engine does not know it yet");
        Err(error.at(place).expected(expected))
    };
    if !pace::is_known(&spec.pace) {
        return unknown("pace", "a pace of this version");
    }
    match spec.stop {
        Stop::Duration(_) | Stop::Count(_) => {}
        _ => return unknown("stop", "duration or count"),
    }
    let protocol = protocol::by_name(&spec.protocol)?;
    let target = Target::parse(&spec.target, protocol.schemes())?;
    let prepared = protocol.prepare(&target, &spec.request)?;
    Ok((target, prepared))
}

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread::JoinHandle;
    use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

    use meshery_core::measurement::GeneratorUse;
    use meshery_core::{Event, Rate};

    use super::super::validity;
    use super::super::worker::{Harvest, Job, Worker};
    use super::{Cancel, Context, Error, ErrorKind, LoadSpec, Measurement, Result, Stop, Target, Tool, check};
    use crate::pace::{self, Planned, Share, nanos};
    use crate::rng;

    /// How often the listener hears of progress.
    const TICK: Duration = Duration::from_millis(100);

    pub(super) fn run(spec: &LoadSpec, tool: Tool, context: &Context, stop: &Cancel) -> Result<Measurement> {
        let cancel = Cancel::new();
        let done = Arc::new(AtomicU64::new(0));
        let seed = spec.seed.unwrap_or_else(|| rng::draw_seed(unix(SystemTime::now())));
        let spec = &LoadSpec { seed: Some(seed), ..spec.clone() };
        let workers = open(spec, seed, context, &cancel, &done)?;
        let planned = pace::planned(spec, seed);
        let epoch = Instant::now();
        let window_at = SystemTime::now() + spec.warm_up;
        let threads = workers.into_iter().enumerate().map(|(index, worker)| {
            let name = format!("meshery-load-{index}");
            Ok(std::thread::Builder::new().name(name).spawn(move || worker.run(epoch))?)
        });
        let threads: Vec<_> = threads.collect::<Result<_>>().inspect_err(|_| cancel.cancel())?;
        let watch = Watch { spec, planned, context, stop, cancel: &cancel, done: &done, epoch };
        watch.until_finished(&threads);
        let mut harvests = Vec::new();
        for thread in threads {
            let died = |_| Error::new(ErrorKind::Internal, "a load thread ended in a panic");
            harvests.push(thread.join().map_err(died)??);
        }
        let mut measurement = Measurement::new(tool, spec.clone());
        measurement.started_unix_ns = unix(window_at);
        collect(&mut measurement, planned, harvests);
        measurement.validity = validity::judge(&measurement, cancel.is_cancelled());
        Ok(measurement)
    }

    fn unix(time: SystemTime) -> u64 {
        time.duration_since(UNIX_EPOCH).map_or(0, nanos)
    }

    /// The workers with their connections open, before any clock runs.
    fn open(
        spec: &LoadSpec,
        seed: u64,
        context: &Context,
        cancel: &Cancel,
        done: &Arc<AtomicU64>,
    ) -> Result<Vec<Worker>> {
        let (target, prepared) = check(spec)?;
        let address = target.resolve()?;
        let of = u64::from(spec.threads);
        let job = |thread: u64| Job {
            address,
            prepared: Arc::clone(&prepared),
            schedule: pace::schedule(spec, seed, Share { thread, of }),
            connections: spec.connections / spec.threads
                + u32::from(thread < u64::from(spec.connections % spec.threads)),
            warm_up: nanos(spec.warm_up),
            timeout: nanos(spec.timeout),
            wait: spec.wait,
            cancel: cancel.clone(),
            done: Arc::clone(done),
        };
        let mut workers = Vec::new();
        for thread in 0..of {
            context.cancel.check()?;
            let mut worker = Worker::new(job(thread))?;
            worker.open_all().map_err(|error| unreachable(&target, &error))?;
            workers.push(worker);
        }
        Ok(workers)
    }

    fn unreachable(target: &Target, error: &std::io::Error) -> Error {
        Error::new(ErrorKind::Unreachable, "no connection could be opened")
            .at(&target.authority)
            .expected("a server that accepts connections")
            .found(error.to_string())
    }

    /// Watches a running load: passes cancellation on, and tells the listener.
    struct Watch<'a> {
        spec: &'a LoadSpec,
        planned: Option<Planned>,
        context: &'a Context,
        stop: &'a Cancel,
        cancel: &'a Cancel,
        done: &'a AtomicU64,
        epoch: Instant,
    }

    impl Watch<'_> {
        fn until_finished(&self, threads: &[JoinHandle<std::io::Result<Harvest>>]) {
            let window_end = self.window().map(|time| self.spec.warm_up + time);
            let mut marks =
                [(Some(self.spec.warm_up), Event::WindowStarted), (window_end, Event::WindowEnded)].into_iter();
            let mut mark = marks.next();
            while !threads.iter().all(JoinHandle::is_finished) {
                if self.context.cancel.is_cancelled() || self.stop.is_cancelled() {
                    self.cancel.cancel();
                }
                let passed = self.epoch.elapsed();
                match &mark {
                    Some((Some(at), event)) if passed >= *at => {
                        self.context.report(event);
                        mark = marks.next();
                    }
                    Some((Some(at), _)) => std::thread::sleep(TICK.min(at.saturating_sub(passed))),
                    _ => std::thread::sleep(TICK.min(Duration::from_millis(20))),
                }
                self.context
                    .report(&Event::Load { done: self.done.load(Ordering::Relaxed), fraction: self.fraction(passed) });
            }
            // A load that ended before its marks (a count, a cancellation) still tells of both.
            for (_, event) in mark.into_iter().chain(marks) {
                self.context.report(&event);
            }
        }

        /// The length of the measured window, where it is known beforehand.
        fn window(&self) -> Option<Duration> {
            match (self.planned, &self.spec.stop) {
                (Some(planned), _) => Some(planned.time),
                (None, Stop::Duration(time)) => Some(*time),
                _ => None,
            }
        }

        fn fraction(&self, passed: Duration) -> f64 {
            let fraction = match (self.window(), &self.spec.stop) {
                (Some(time), _) => passed.as_secs_f64() / (self.spec.warm_up + time).as_secs_f64(),
                (None, Stop::Count(count)) => self.done.load(Ordering::Relaxed) as f64 / *count as f64,
                _ => 0.0,
            };
            fraction.clamp(0.0, 1.0)
        }
    }

    fn collect(measurement: &mut Measurement, planned: Option<Planned>, harvests: Vec<Harvest>) {
        let (mut sent, mut answered) = (0, 0);
        measurement.generator = GeneratorUse { cpu: Duration::ZERO, threads: measurement.spec.threads };
        for harvest in harvests {
            sent = sent.max(harvest.recorder.last_sent);
            answered = answered.max(harvest.recorder.last_answer);
            measurement.generator.cpu += harvest.cpu;
            let (warm_up, measured) = harvest.recorder.finish();
            measurement.warm_up.merge(&warm_up);
            measurement.measured.merge(&measured);
        }
        let warm_up = nanos(measurement.spec.warm_up);
        let window = match (planned, &measurement.spec.stop) {
            (Some(planned), _) => planned.time,
            (None, Stop::Duration(time)) => *time,
            _ => Duration::from_nanos(answered.saturating_sub(warm_up)),
        };
        measurement.window = window;
        measurement.asked =
            planned.and_then(|planned| Rate::per_second(planned.count as f64 / window.as_secs_f64()).ok());
        // Whoever sends or answers late takes longer than the window: the rates say so.
        let per_second = |count: u64, until: u64| {
            let time = window.max(Duration::from_nanos(until.saturating_sub(warm_up)));
            Rate::per_second(count as f64 / time.as_secs_f64()).ok()
        };
        let counts = &measurement.measured.counts;
        measurement.achieved = per_second(counts.sent, sent);
        measurement.throughput = per_second(measurement.measured.service.count(), answered);
    }
}
