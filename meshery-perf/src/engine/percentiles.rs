//! Percentiles with their intervals, and none where the sample cannot support one.

use std::time::Duration;

use meshery_core::Latencies;
use meshery_core::measurement::Percentile;

use crate::stats::estimate::quantile::OrderInterval;

/// The percentiles that people ask for.
const ASKED: [f64; 7] = [50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99];
const CONFIDENCE: f64 = 0.95;

/// A quantile and the two values between which the true one lies with 95 % confidence, by order statistics; `None` when the
/// sample cannot bound it on both sides. `count` is how many independent values the sample is worth.
pub(super) fn interval(latencies: &Latencies, q: f64, count: f64) -> Option<[Duration; 3]> {
    let n = count.floor() as usize;
    let ranks = OrderInterval::ranks(n, q, CONFIDENCE).ok()?;
    if ranks.lower_rank == 0 || ranks.upper_rank > n {
        return None;
    }
    let at = |rank: usize| latencies.quantile(rank as f64 / n as f64);
    Some([latencies.quantile(q)?, at(ranks.lower_rank)?, at(ranks.upper_rank)?])
}

/// How many independent values a percentile needs to be bounded on both sides: so many that it is unlikely for all of them
/// to lie on one.
fn needed(q: f64) -> u64 {
    let tail: f64 = (1.0 - CONFIDENCE) / 2.0;
    (tail.ln() / q.max(1.0 - q).ln()).ceil() as u64
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
                interval(&latencies, q, needed + 1.0).is_some() && interval(&latencies, q, needed - 2.0).is_none(),
                "{q}"
            );
        }
    }
}
