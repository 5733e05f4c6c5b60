//! A Poisson process: independent, exponentially distributed gaps.

use meshery_core::Rate;

use crate::rng::SplitMix64;

pub(super) fn times(rate: Rate, seed: u64) -> impl Iterator<Item = u64> + Send {
    let mean = 1e9 / rate.get();
    let mut rng = SplitMix64::new(seed);
    let mut at = 0.0;
    std::iter::repeat_with(move || {
        at += -mean * (1.0 - rng.unit()).ln();
        at as u64
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{SECOND, rate};
    use super::*;

    #[test]
    fn counts_per_second_have_the_mean_and_the_variance_of_the_rate() {
        let mut counts = vec![0.0; 400];
        for at in times(rate(100.0), 3).take_while(|at| *at < 400 * SECOND) {
            counts[(at / SECOND) as usize] += 1.0;
        }
        let mean = counts.iter().sum::<f64>() / 400.0;
        let variance = counts.iter().map(|count| (count - mean) * (count - mean)).sum::<f64>() / 399.0;
        // Four standard errors: 0.5 for the mean; the variance of 400 counts is within 30 % of itself.
        assert!((mean - 100.0).abs() < 2.0, "{mean}");
        assert!((variance - 100.0).abs() < 30.0, "{variance}");
    }
}
