//! Arrivals: when each request of a load is due. Pure arithmetic on nanoseconds since the start of the load; no clock.
//!
//! An open pace is an iterator of send times, one file each. A load over several threads is one schedule: thread `k` of
//! `n` takes every `n`-th arrival, beginning with the `k`-th, so that the threads together send exactly what one would
//! have sent (superposition).

mod closed;
mod constant;
mod jittered;
mod open;
mod poisson;
mod poisson_exact;
mod ramp;
mod replay;
mod steps;

use std::time::Duration;

use meshery_core::{LoadSpec, Pace, Stop};

use closed::Closed;
use open::Open;

/// When a request is due, and to which part of the load it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// The intended send time, in nanoseconds since the start of the load.
    pub(crate) at: u64,
    /// Whether it belongs to the measured window rather than to the warm-up.
    pub(crate) measured: bool,
}

/// What a schedule says when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// This request is due now, or was due before.
    Due(Due),
    /// Nothing is due before this time.
    Later(u64),
    /// Nothing is due before a connection is free.
    WhenFree,
    /// There will be no more requests.
    Finished,
}

/// A schedule of arrivals.
pub(crate) trait Schedule: Send {
    /// What is due at `now`; `free` tells whether a connection has nothing to do.
    fn poll(&mut self, now: u64, free: bool) -> Arrival;
}

/// The share of one thread in a schedule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// This thread, from 0.
    pub(crate) thread: u64,
    /// How many threads there are.
    pub(crate) of: u64,
}

impl Share {
    /// This thread's part of a total.
    fn part(self, total: u64) -> u64 {
        total / self.of + u64::from(self.thread < total % self.of)
    }
}

/// Send times in nanoseconds from the beginning of a window, never decreasing.
pub(crate) type Times = Box<dyn Iterator<Item = u64> + Send>;

/// The send times of an open pace; `None` for what is not open, or not known to this engine.
fn times(pace: &Pace, stop: &Stop, seed: u64) -> Option<Times> {
    Some(match pace {
        Pace::Constant(rate) => Box::new(constant::times(*rate)),
        Pace::Jittered(jittered) => Box::new(jittered::times(jittered, seed)),
        Pace::Poisson(rate) => Box::new(poisson::times(*rate, seed)),
        Pace::PoissonExact(rate) => Box::new(poisson_exact::times(*rate, stop, seed)),
        Pace::Ramp(ramp) => Box::new(ramp::times(ramp)),
        Pace::Replay(replay) => Box::new(replay::times(replay)),
        Pace::Steps(levels) => Box::new(steps::times(levels.clone())),
        _ => return None,
    })
}

/// The pace of the warm-up: the same, or the constant rate that a changing pace begins with.
fn before(pace: &Pace) -> Option<Pace> {
    match pace {
        Pace::PoissonExact(rate) => Some(Pace::Poisson(*rate)),
        Pace::Ramp(ramp) => Some(Pace::Constant(ramp.from)),
        Pace::Steps(levels) => levels.first().map(|level| Pace::Constant(level.rate)),
        // Recorded times have no rate that could be kept up before them but their mean.
        Pace::Replay(replay) => replay::mean(replay).map(Pace::Constant),
        other => Some(other.clone()),
    }
}

/// Whether this engine knows a pace.
pub(crate) fn is_known(pace: &Pace) -> bool {
    *pace == Pace::Closed || times(pace, &Stop::Count(1), 0).is_some()
}

/// The schedule of one thread of a load.
pub(crate) fn schedule(spec: &LoadSpec, seed: u64, share: Share) -> Box<dyn Schedule> {
    let warm_up = nanos(spec.warm_up);
    let Some(window) = times(&spec.pace, &spec.stop, seed) else {
        return Box::new(Closed::new(warm_up, &spec.stop, share));
    };
    // A seed of its own, so that the window is the same whatever the length of the warm-up.
    let lead = before(&spec.pace).and_then(|pace| times(&pace, &spec.stop, !seed));
    let lead = lead.into_iter().flatten().take_while(move |at| *at < warm_up).map(|at| Due { at, measured: false });
    let window = until(window, &spec.stop).map(move |at| Due { at: warm_up + at, measured: true });
    Box::new(Open::new(lead.chain(window), share))
}

/// The send times of a load's window, from its beginning; none in a closed loop.
pub(crate) fn window(spec: &LoadSpec) -> Times {
    let all = times(&spec.pace, &spec.stop, spec.seed.unwrap_or(0));
    all.map_or_else(|| -> Times { Box::new(std::iter::empty()) }, |all| until(all, &spec.stop))
}

/// What a stop rule leaves of a window.
fn until(times: Times, stop: &Stop) -> Times {
    match stop {
        Stop::Duration(time) => {
            let end = nanos(*time);
            Box::new(times.take_while(move |at| *at < end))
        }
        Stop::Count(count) => Box::new(times.take(usize::try_from(*count).unwrap_or(usize::MAX))),
        _ => times,
    }
}

/// What an open schedule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Planned {
    /// Requests in the window.
    pub(crate) count: u64,
    /// The length of the window.
    pub(crate) time: Duration,
}

/// What the window of a load holds; `None` in a closed loop.
pub(crate) fn planned(spec: &LoadSpec, seed: u64) -> Option<Planned> {
    let all = || times(&spec.pace, &spec.stop, seed);
    let mut count = 0;
    let mut last = 0;
    for at in until(all()?, &spec.stop) {
        (count, last) = (count + 1, at);
    }
    let own_end = match &spec.pace {
        Pace::Steps(levels) => levels.iter().map(|level| level.lasts).sum(),
        Pace::Replay(_) => Duration::from_nanos(last),
        _ => Duration::MAX,
    };
    let time = match &spec.stop {
        Stop::Duration(time) => (*time).min(own_end),
        // A counted window lasts until one more request would be due.
        _ => own_end.min(Duration::from_nanos(all()?.nth(usize::try_from(count).ok()?).unwrap_or(last))),
    };
    Some(Planned { count, time })
}

pub(crate) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
mod tests;
