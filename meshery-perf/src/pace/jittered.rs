//! Evenly spaced, each moved at random within its own interval.

use meshery_core::pace::Jittered;

use crate::rng::SplitMix64;

pub(super) fn times(jittered: &Jittered, seed: u64) -> impl Iterator<Item = u64> + Send + use<> {
    let interval = 1e9 / jittered.rate.get();
    let jitter = jittered.jitter;
    let mut rng = SplitMix64::new(seed);
    (0_u64..).map(move |index| ((index as f64 + jitter * rng.unit()) * interval) as u64)
}

#[cfg(test)]
mod tests {
    use super::super::tests::rate;
    use super::*;

    #[test]
    fn each_stays_in_its_own_part_of_its_interval() {
        let jittered = Jittered { rate: rate(1000.0), jitter: 0.3 };
        for (index, at) in times(&jittered, 5).take(1000).enumerate() {
            let offset = at - index as u64 * 1_000_000;
            assert!(offset <= 300_000, "{offset}");
        }
    }
}
