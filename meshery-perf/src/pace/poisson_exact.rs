//! A Poisson process given its count: so many independent, uniform times, in order.

use meshery_core::{Rate, Stop};

use super::nanos;
use crate::rng::SplitMix64;

/// The times of the window; after it they go on as a window of the same length would.
pub(super) fn times(rate: Rate, stop: &Stop, seed: u64) -> impl Iterator<Item = u64> + Send + use<> {
    let (count, length) = match stop {
        Stop::Count(count) => (*count, *count as f64 * 1e9 / rate.get()),
        Stop::Duration(time) => ((time.as_secs_f64() * rate.get()).round() as u64, nanos(*time) as f64),
        // As good as any: only a stop rule gives a window its length.
        _ => (rate.get().ceil() as u64, 1e9),
    };
    let mut rng = SplitMix64::new(seed);
    let mut at = 0.0;
    (0..count).map(move |index| {
        // The least of n uniform times in what is left of the window lies at 1 − U^(1/n) of it (Devroye 1986, V.3).
        let left = (count - index) as f64;
        at += (length - at) * -f64::exp_m1((1.0 - rng.unit()).ln() / left);
        at as u64
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{SECOND, rate};
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_count_is_exact_and_the_times_are_uniform() {
        let stop = Stop::Duration(Duration::from_secs(10));
        let times: Vec<_> = times(rate(1000.0), &stop, 11).collect();
        assert_eq!(times.len(), 10_000);
        // Kolmogorov–Smirnov against the uniform distribution: 1.95 / √n is exceeded once in a thousand seeds.
        let distance = times.iter().enumerate().map(|(index, at)| {
            let expected = *at as f64 / (10 * SECOND) as f64;
            (expected - index as f64 / 1e4).abs().max((expected - (index + 1) as f64 / 1e4).abs())
        });
        assert!(distance.fold(0.0, f64::max) < 1.95 / 100.0);
    }
}
