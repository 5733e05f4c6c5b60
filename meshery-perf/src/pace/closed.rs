//! The closed loop: a request is due as soon as a connection is free.

use meshery_core::Stop;

use super::{Arrival, Due, Schedule, Share, nanos};

pub(super) struct Closed {
    warm_up: u64,
    end: Option<u64>,
    left: u64,
}

impl Closed {
    pub(super) fn new(warm_up: u64, stop: &Stop, share: Share) -> Self {
        let (end, left) = match stop {
            Stop::Count(count) => (None, share.part(*count)),
            Stop::Duration(time) => (Some(warm_up.saturating_add(nanos(*time))), u64::MAX),
            _ => (None, u64::MAX),
        };
        Self { warm_up, end, left }
    }
}

impl Schedule for Closed {
    fn poll(&mut self, now: u64, free: bool) -> Arrival {
        if self.left == 0 || self.end.is_some_and(|end| now >= end) {
            return Arrival::Finished;
        }
        if !free {
            return Arrival::WhenFree;
        }
        let measured = now >= self.warm_up;
        self.left -= u64::from(measured);
        Arrival::Due(Due { at: now, measured })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::drain;
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_count_is_exact_over_all_threads() {
        let total: usize = (0..3)
            .map(|thread| {
                let mut closed = Closed::new(5, &Stop::Count(100), Share { thread, of: 3 });
                drain(&mut closed, 1).iter().filter(|due| due.measured).count()
            })
            .sum();
        assert_eq!(total, 100);
    }

    #[test]
    fn the_window_begins_after_the_warm_up_and_ends_in_time() {
        let mut closed = Closed::new(10, &Stop::Duration(Duration::from_nanos(20)), Share { thread: 0, of: 1 });
        assert_eq!(closed.poll(0, true), Arrival::Due(Due { at: 0, measured: false }));
        assert_eq!(closed.poll(0, false), Arrival::WhenFree);
        assert_eq!(closed.poll(10, true), Arrival::Due(Due { at: 10, measured: true }));
        assert_eq!(closed.poll(30, true), Arrival::Finished);
    }
}
