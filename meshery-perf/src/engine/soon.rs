//! How soon answers come, as far as this run has seen: whether it pays to stay awake for one.
//!
//! A thread that sleeps while its answer is on the way is woken late, by tens of microseconds on an idle virtual machine,
//! and would report that as latency. When answers come sooner than sleeping and waking takes, it looks for them instead.

/// Answers that come later than this are slept for: their latency is large beside the waking.
const LIMIT: u64 = 200_000;
/// Where the estimate begins: such that the first answers are waited for awake.
const FIRST: u64 = 50_000;
/// The estimate goes up by an eighth and down by a 64th, so that eight answers in nine come sooner.
const UP: u64 = 8;
const DOWN: u64 = 64;
const LEAST: u64 = 1_000;

/// In nanoseconds.
pub(super) struct Soon(u64);

impl Soon {
    pub(super) fn new() -> Self {
        Self(FIRST)
    }

    /// An answer came so long after its request.
    pub(super) fn learn(&mut self, took: u64) {
        self.0 = if took > self.0 { self.0 + self.0 / UP } else { self.0 - self.0 / DOWN };
        // Beyond twice the limit all that matters is that it is beyond; so it finds back soon.
        self.0 = self.0.clamp(LEAST, 2 * LIMIT);
    }

    /// How long after a request to look for answers awake.
    pub(super) fn awake(&self) -> u64 {
        if self.0 <= LIMIT { self.0 * 3 / 2 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(times: impl IntoIterator<Item = u64>) -> u64 {
        let mut soon = Soon::new();
        times.into_iter().for_each(|took| soon.learn(took));
        soon.awake()
    }

    #[test]
    fn quick_answers_are_waited_for_awake_and_slow_ones_are_slept_for() {
        let quick = after((0..10_000).map(|index| 20_000 + index % 10 * 2_000));
        assert!((38_000..70_000).contains(&quick), "{quick}");
        assert_eq!(after([1_000_000; 1000]), 0);
    }

    #[test]
    fn a_few_slow_answers_do_not_send_it_to_sleep() {
        assert!(after((0..10_000).map(|index| if index % 20 == 0 { 5_000_000 } else { 20_000 })) > 0);
    }

    #[test]
    fn it_finds_back() {
        let slow_then_quick = [1_000_000; 1000].into_iter().chain([20_000; 300]);
        assert!(after(slow_then_quick) > 0);
    }
}
