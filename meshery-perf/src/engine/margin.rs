//! How long before a due time to stop sleeping: learned, because machines oversleep by anything from 5 µs (bare metal)
//! to 700 µs (a virtual machine whose idle core is taken away).

/// The share of sleeps that may oversleep past the margin.
const MISSED: f64 = 0.05;
/// By how much one sleep moves the margin, in nanoseconds.
const STEP: f64 = 4_000.0;
const FIRST: f64 = 60_000.0;
const LEAST: f64 = 5_000.0;
const MOST: f64 = 500_000.0;
/// The largest part of a wait that is spent spinning, whatever was learned: the machine belongs to others as well.
const BUDGET: f64 = 0.4;

/// Follows the 95th percentile of the oversleep by stochastic approximation (Robbins & Monro 1951): no memory, no
/// sorting, and it moves with the machine.
pub(super) struct Margin(f64);

impl Margin {
    pub(super) fn new() -> Self {
        Self(FIRST)
    }

    /// How much of a wait of this length to spend awake, in nanoseconds.
    pub(super) fn of(&self, wait: u64) -> u64 {
        self.0.min(wait as f64 * BUDGET) as u64
    }

    /// Takes notice of a sleep that ended so many nanoseconds late.
    pub(super) fn learn(&mut self, late: u64) {
        let missed = late as f64 > self.0;
        let step = STEP * if missed { 1.0 - MISSED } else { -MISSED };
        self.0 = (self.0 + step).clamp(LEAST, MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SplitMix64;

    #[test]
    fn it_settles_where_one_sleep_in_twenty_is_later() {
        let mut rng = SplitMix64::new(9);
        let mut margin = Margin::new();
        let mut missed = 0;
        for turn in 0..40_000 {
            // Uniform up to 200 µs, so the 95th percentile is 190 µs.
            let late = (rng.unit() * 200_000.0) as u64;
            missed += u32::from(turn >= 20_000 && late as f64 > margin.0);
            margin.learn(late);
        }
        assert!((150_000.0..230_000.0).contains(&margin.0), "{}", margin.0);
        assert!((800..1200).contains(&missed), "{missed} of 20,000");
    }

    #[test]
    fn it_never_takes_more_than_its_budget() {
        let mut margin = Margin::new();
        (0..1000).for_each(|_| margin.learn(u64::MAX));
        assert_eq!(margin.of(10_000_000), 500_000);
        assert_eq!(margin.of(100_000), 40_000);
        (0..1_000_000).for_each(|_| margin.learn(0));
        assert_eq!(margin.of(10_000_000), 5_000);
    }
}
