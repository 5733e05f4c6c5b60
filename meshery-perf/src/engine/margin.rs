//! How long before a due time to stop sleeping: learned, because machines oversleep by anything from 5 µs (bare metal)
//! to 700 µs (a virtual machine whose idle core is taken away).

const FIRST: f64 = 60_000.0;
const LEAST: f64 = 0.0;
const MOST: f64 = 500_000.0;
/// The largest part of a wait that may be spent spinning: the machine belongs to others as well.
const BUDGET: f64 = 0.1;

/// A quantile of the oversleep by stochastic approximation (Robbins & Monro 1951): no memory, no sorting, and it moves with
/// the machine.
struct Quantile {
    of: f64,
    at: f64,
}

impl Quantile {
    /// By how much one sleep moves it, in nanoseconds.
    const STEP: f64 = 4_000.0;

    fn learn(&mut self, late: f64) {
        let step = if late > self.at { self.of } else { self.of - 1.0 };
        self.at = (self.at + Self::STEP * step).clamp(LEAST, MOST);
    }
}

pub(super) struct Margin {
    /// What nearly every sleep oversleeps: to wake so early costs nothing.
    least: Quantile,
    /// What few sleeps oversleep.
    most: Quantile,
}

impl Margin {
    pub(super) fn new() -> Self {
        Self { least: Quantile { of: 0.05, at: 0.0 }, most: Quantile { of: 0.95, at: FIRST } }
    }

    /// How much of a wait of this length to stop sleeping before its end, in nanoseconds.
    pub(super) fn of(&self, wait: u64) -> u64 {
        let affordable = self.least.at + wait as f64 * BUDGET;
        self.most.at.min(affordable).min(wait as f64) as u64
    }

    /// Takes notice of a sleep that ended so many nanoseconds late.
    pub(super) fn learn(&mut self, late: u64) {
        self.least.learn(late as f64);
        self.most.learn(late as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SplitMix64;

    fn after(late: impl Fn(f64) -> f64) -> Margin {
        let (mut rng, mut margin) = (SplitMix64::new(9), Margin::new());
        (0..20_000).for_each(|_| margin.learn(late(rng.unit()) as u64));
        margin
    }

    #[test]
    fn with_time_enough_one_sleep_in_twenty_is_later() {
        // Uniform up to 200 µs, so the 95th percentile is 190 µs.
        let mut margin = after(|draw| draw * 200_000.0);
        let mut rng = SplitMix64::new(10);
        let mut missed = 0;
        for _ in 0..20_000 {
            let late = (rng.unit() * 200_000.0) as u64;
            missed += u32::from(late > margin.of(100_000_000));
            margin.learn(late);
        }
        assert!((150_000..230_000).contains(&margin.of(100_000_000)));
        assert!((800..1200).contains(&missed), "{missed} of 20,000");
    }

    #[test]
    fn what_every_sleep_oversleeps_is_free_and_the_rest_has_its_budget() {
        let margin = after(|draw| 30_000.0 + draw * 200_000.0);
        let between_requests = margin.of(100_000);
        assert!((35_000..60_000).contains(&between_requests), "{between_requests}");
        // Never more than there is.
        assert_eq!(margin.of(10_000), 10_000);
        assert!(after(|_| 1e9).of(10_000_000) <= 500_000);
        assert_eq!(after(|_| 0.0).of(0), 0);
    }
}
