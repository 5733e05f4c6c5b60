//! Evenly spaced arrivals, whatever the answers do.

use meshery_core::{Rate, Stop};

use super::{Arrival, Due, Schedule, Share, end_of};

pub(super) struct Constant {
    interval: f64,
    warm_up: u64,
    end: Option<u64>,
    last: u64,
    next: u64,
    step: u64,
}

impl Constant {
    pub(super) fn new(rate: Rate, warm_up: u64, stop: &Stop, share: Share) -> Self {
        let interval = 1e9 / rate.get();
        let mut constant = Self {
            interval,
            warm_up,
            end: end_of(warm_up, stop),
            last: u64::MAX,
            next: share.thread,
            step: share.of,
        };
        if let Stop::Count(count) = stop {
            constant.last = constant.first_measured() + count;
        }
        constant
    }

    /// The number of the first arrival at or after the end of the warm-up.
    fn first_measured(&self) -> u64 {
        let near = (self.warm_up as f64 / self.interval) as u64;
        // Rounding can be off by one in either direction.
        (near.saturating_sub(1)..near + 3).find(|&index| self.time(index) >= self.warm_up).unwrap_or(near)
    }

    /// Computed from the index each time: a running sum would drift by its rounding.
    fn time(&self, index: u64) -> u64 {
        (index as f64 * self.interval) as u64
    }
}

impl Schedule for Constant {
    fn poll(&mut self, now: u64, _free: bool) -> Arrival {
        let at = self.time(self.next);
        if self.next >= self.last || self.end.is_some_and(|end| at >= end) {
            return Arrival::Finished;
        }
        if at > now {
            return Arrival::Later(at);
        }
        self.next += self.step;
        Arrival::Due(Due { at, measured: at >= self.warm_up })
    }
}

#[cfg(test)]
mod tests {
    use super::super::drain;
    use super::*;
    use std::time::Duration;

    fn all(rate: f64, warm_up: u64, stop: &Stop, threads: u64) -> Vec<Due> {
        let rate = Rate::per_second(rate).unwrap();
        let mut due: Vec<Due> = (0..threads)
            .flat_map(|thread| drain(&mut Constant::new(rate, warm_up, stop, Share { thread, of: threads }), 1))
            .collect();
        due.sort_by_key(|due| due.at);
        due
    }

    #[test]
    fn threads_together_send_what_one_would() {
        let stop = Stop::Duration(Duration::from_secs(1));
        let one = all(2000.0, 500_000_000, &stop, 1);
        assert_eq!(one.len(), 3000);
        assert_eq!(one.iter().filter(|due| due.measured).count(), 2000);
        assert_eq!(one[1].at, 500_000);
        assert_eq!(all(2000.0, 500_000_000, &stop, 3), one);
    }

    #[test]
    fn a_count_is_exact_whatever_the_rate() {
        for rate in [3.0, 777.7, 2000.0, 123_456.7] {
            let due = all(rate, 12_345_678, &Stop::Count(1000), 2);
            assert_eq!(due.iter().filter(|due| due.measured).count(), 1000, "{rate}/s");
        }
    }

    #[test]
    fn a_late_poll_gives_every_missed_arrival() {
        let rate = Rate::per_second(1000.0).unwrap();
        let stop = Stop::Duration(Duration::from_secs(1));
        let mut constant = Constant::new(rate, 0, &stop, Share { thread: 0, of: 1 });
        let missed = std::iter::from_fn(|| match constant.poll(10_500_000, false) {
            Arrival::Due(due) => Some(due.at),
            _ => None,
        });
        assert_eq!(missed.collect::<Vec<_>>(), (0..=10).map(|index| index * 1_000_000).collect::<Vec<_>>());
    }
}
