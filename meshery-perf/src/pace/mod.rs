//! Arrivals: when each request of a load is due. Pure arithmetic on nanoseconds since the start of the load; no clock.
//!
//! A load over several threads is one schedule: thread `k` of `n` takes every `n`-th arrival, beginning with the `k`-th,
//! so that the threads together send exactly what one would have sent (superposition).

mod closed;
mod constant;

use meshery_core::{LoadSpec, Pace, Stop};

use closed::Closed;
use constant::Constant;

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

/// The schedule of one thread of a load.
pub(crate) fn schedule(spec: &LoadSpec, share: Share) -> Box<dyn Schedule> {
    let warm_up = nanos(spec.warm_up);
    match &spec.pace {
        Pace::Constant(rate) => Box::new(Constant::new(*rate, warm_up, &spec.stop, share)),
        // `Pace` is open for later members; what this engine does not know is refused before it gets here.
        _ => Box::new(Closed::new(warm_up, &spec.stop, share)),
    }
}

/// The end of a window that lasts for a time, in nanoseconds since the start of the load.
fn end_of(warm_up: u64, stop: &Stop) -> Option<u64> {
    match stop {
        Stop::Duration(time) => Some(warm_up + nanos(*time)),
        _ => None,
    }
}

pub(crate) fn nanos(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 4)
}

#[cfg(test)]
pub(crate) fn drain(schedule: &mut dyn Schedule, step: u64) -> Vec<Due> {
    let (mut due, mut now) = (Vec::new(), 0);
    loop {
        match schedule.poll(now, true) {
            Arrival::Due(arrival) => {
                due.push(arrival);
                now += step;
            }
            Arrival::Later(at) => now = at,
            Arrival::WhenFree => now += step,
            Arrival::Finished => return due,
        }
    }
}
