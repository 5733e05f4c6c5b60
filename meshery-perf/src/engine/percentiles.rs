//! Percentiles with their intervals, and none where the sample cannot support one.

use std::time::Duration;

use meshery_core::Latencies;
use meshery_core::measurement::Percentile;

/// The percentiles that people ask for.
const ASKED: [f64; 7] = [50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99];
/// 95 % of a normal distribution lie within so many standard deviations.
const Z: f64 = 1.959_964;

/// A quantile and the two between which the true one lies with 95 % confidence (order statistics, normal approximation:
/// Hahn & Meeker 1991, section 5.2); `None` when the sample has nothing beyond the upper one. `count` is how many
/// independent values the sample is worth.
pub(super) fn interval(latencies: &Latencies, q: f64, count: f64) -> Option<[Duration; 3]> {
    let spread = Z * (q * (1.0 - q) / count.max(1.0)).sqrt();
    let (low, high) = (q - spread, q + spread);
    let has_both = low > 0.0 && (1.0 - high) * count >= 1.0;
    let of = |q| latencies.quantile(q);
    if has_both { Some([of(q)?, of(low)?, of(high)?]) } else { None }
}

/// How many independent values a percentile needs at least.
fn needed(q: f64) -> u64 {
    let enough = |count: &f64| {
        let spread = Z * (q * (1.0 - q) / count).sqrt();
        q - spread > 0.0 && (1.0 - q - spread) * count >= 1.0
    };
    // By powers of 1.1: nobody plans a load more precisely.
    (0..400).map(|power| 1.1_f64.powi(power)).find(enough).map_or(u64::MAX, |count| count.ceil() as u64)
}

/// Each asked percentile of a sample that is worth so many independent values.
pub(super) fn estimate(latencies: &Latencies, independent: f64) -> Vec<Percentile> {
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    ASKED
        .into_iter()
        .map(|percentile| {
            let q = percentile / 100.0;
            let known = interval(latencies, q, independent).map(|all| all.map(nanos));
            let why = || {
                let needed = needed(q);
                format!("{independent:.0} independent answers are too few: about {needed} are needed")
            };
            Percentile {
                percentile,
                value_ns: known.map(|[value, ..]| value),
                low_ns: known.map(|[_, low, _]| low),
                high_ns: known.map(|[.., high]| high),
                why: known.is_none().then(why),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SplitMix64;

    fn uniform(count: u64, seed: u64) -> Latencies {
        let mut rng = SplitMix64::new(seed);
        let mut latencies = Latencies::new();
        (0..count).for_each(|_| latencies.record_nanos((rng.unit() * 1e9) as u64));
        latencies
    }

    #[test]
    fn the_interval_holds_the_truth_as_often_as_it_says() {
        for q in [0.5, 0.9, 0.99] {
            let holds = (0..1000).filter(|seed| {
                let [_, low, high] = interval(&uniform(2000, *seed), q, 2000.0).unwrap();
                (low..=high).contains(&Duration::from_secs_f64(q))
            });
            // 950 expected; the histogram's own rounding only widens it. Five standard deviations are 34.
            let holds = holds.count();
            assert!((916..=984).contains(&holds), "p{q}: {holds} of 1000");
        }
    }

    #[test]
    fn what_the_sample_cannot_support_is_not_claimed() {
        let few = estimate(&uniform(1000, 1), 1000.0);
        let known: Vec<_> = few.iter().filter(|p| p.value_ns.is_some()).map(|p| p.percentile).collect();
        assert_eq!(known, [50.0, 75.0, 90.0, 95.0, 99.0]);
        assert!(few[6].why.as_ref().unwrap().contains("too few"));
        assert!(estimate(&Latencies::new(), 0.0).iter().all(|p| p.value_ns.is_none() && p.why.is_some()));
    }

    #[test]
    fn correlated_answers_are_worth_less() {
        let latencies = uniform(10_000, 3);
        let width = |count: f64| {
            let [_, low, high] = interval(&latencies, 0.9, count).unwrap();
            high.saturating_sub(low)
        };
        assert!(width(1000.0) > 2 * width(10_000.0));
    }

    #[test]
    fn the_needed_number_is_enough_and_not_much_more() {
        for q in [0.5, 0.99, 0.9999] {
            let needed = needed(q) as f64;
            let latencies = uniform(10, 1);
            assert!(
                interval(&latencies, q, needed).is_some() && interval(&latencies, q, needed / 1.25).is_none(),
                "{q}"
            );
        }
    }
}
