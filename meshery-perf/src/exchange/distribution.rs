//! Distributions of times, as exact as their source.

use std::time::Duration;

use meshery_core::Latencies;

/// A distribution of times, and how well it is known.
///
/// ```
/// use meshery_perf::exchange::{Bucket, Distribution, Shape};
/// use std::time::Duration;
///
/// let ms = Duration::from_millis;
/// let buckets = vec![Bucket { above: ms(0), to: ms(1), count: 99 }, Bucket { above: ms(1), to: ms(2), count: 1 }];
/// let coarse = Distribution { count: Some(100), shape: Shape::Buckets(buckets), ..Distribution::default() };
/// assert_eq!(coarse.quantile(0.5), None, "somewhere in a bucket is not a value");
/// assert_eq!(coarse.bounds(0.5), Some((ms(0), ms(1))));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    /// Number of values.
    pub count: Option<u64>,
    /// The smallest value.
    pub min: Option<Duration>,
    /// The arithmetic mean.
    pub mean: Option<Duration>,
    /// The largest value.
    pub max: Option<Duration>,
    /// The standard deviation.
    pub deviation: Option<Duration>,
    /// What is known between the smallest and the largest.
    pub shape: Shape,
}

/// What is known between the smallest and the largest value.
///
/// ```
/// assert_eq!(meshery_perf::exchange::Shape::default(), meshery_perf::exchange::Shape::Unknown);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Shape {
    /// Every value, at three significant digits.
    Exact(Latencies),
    /// How many values lie in each of some ranges, in rising order; nothing about where in a range.
    Buckets(Vec<Bucket>),
    /// Some percentiles by name, in rising order, and nothing between them.
    Percentiles(Vec<Percentile>),
    /// Nothing.
    #[default]
    Unknown,
}

/// How many values lie above one time and at most at another.
///
/// ```
/// use std::time::Duration;
///
/// let bucket = meshery_perf::exchange::Bucket { above: Duration::ZERO, to: Duration::from_millis(1), count: 390 };
/// assert!(bucket.above < bucket.to);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// All its values are above this; the smallest value of all may equal it.
    pub above: Duration,
    /// All its values are at most this.
    pub to: Duration,
    /// How many there are.
    pub count: u64,
}

/// A percentile by name.
///
/// ```
/// use std::time::Duration;
///
/// let p99 = meshery_perf::exchange::Percentile { quantile: 0.99, value: Duration::from_millis(3) };
/// assert!(p99.quantile < 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentile {
    /// 0..=1.
    pub quantile: f64,
    /// The value there.
    pub value: Duration,
}

impl Distribution {
    /// The distribution of an exact histogram.
    pub fn exact(latencies: Latencies) -> Self {
        let deviation = Duration::from_secs_f64((latencies.as_hdr().stdev() / 1e9).clamp(0.0, 1e9));
        Self {
            count: Some(latencies.count()),
            min: latencies.min(),
            mean: latencies.mean(),
            max: latencies.max(),
            deviation: (!latencies.is_empty()).then_some(deviation),
            shape: Shape::Exact(latencies),
        }
    }

    /// The histogram, where every value is known.
    pub fn latencies(&self) -> Option<&Latencies> {
        match &self.shape {
            Shape::Exact(latencies) => Some(latencies),
            _ => None,
        }
    }

    /// The value at quantile `q` in 0..=1; `None` where it is not known as a value.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        match &self.shape {
            Shape::Exact(latencies) => latencies.quantile(q),
            Shape::Percentiles(named) => {
                named.iter().find(|named| (named.quantile - q).abs() < 1e-9).map(|named| named.value)
            }
            Shape::Buckets(_) | Shape::Unknown => None,
        }
    }

    /// Between which times the value at quantile `q` in 0..=1 lies for sure; equal where it is known.
    pub fn bounds(&self, q: f64) -> Option<(Duration, Duration)> {
        if let Some(value) = self.quantile(q) {
            return Some((value, value));
        }
        match &self.shape {
            Shape::Buckets(buckets) => bucket_at(buckets, q).map(|bucket| (bucket.above, bucket.to)),
            Shape::Percentiles(named) => {
                let below = named.iter().rev().find(|named| named.quantile < q).map(|named| named.value).or(self.min);
                let above = named.iter().find(|named| named.quantile > q).map(|named| named.value).or(self.max);
                below.zip(above)
            }
            Shape::Unknown => self.min.zip(self.max),
            Shape::Exact(_) => None,
        }
    }
}

/// The bucket that holds the value at a quantile.
fn bucket_at(buckets: &[Bucket], q: f64) -> Option<&Bucket> {
    let total: u64 = buckets.iter().map(|bucket| bucket.count).fold(0, u64::saturating_add);
    let rank = ((total as f64 * q).ceil() as u64).clamp(1, total.max(1));
    let mut seen = 0u64;
    buckets.iter().find(|bucket| {
        seen = seen.saturating_add(bucket.count);
        seen >= rank
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn named_percentiles_bound_what_lies_between_them() {
        let named = [(0.5, 2), (0.9, 7)].map(|(quantile, value)| Percentile { quantile, value: MS * value });
        let known = Distribution {
            min: Some(MS),
            max: Some(MS * 20),
            shape: Shape::Percentiles(named.to_vec()),
            ..Distribution::default()
        };
        assert_eq!(known.quantile(0.5), Some(MS * 2));
        assert_eq!(known.quantile(0.51), None);
        assert_eq!(known.bounds(0.1), Some((MS, MS * 2)));
        assert_eq!(known.bounds(0.7), Some((MS * 2, MS * 7)));
        assert_eq!(known.bounds(0.99), Some((MS * 7, MS * 20)));
    }

    #[test]
    fn a_bucket_holds_its_own_quantiles_and_no_others() {
        let bucket = |above: u32, count| Bucket { above: MS * above, to: MS * (above + 1), count };
        let shape = Shape::Buckets(vec![bucket(0, 90), bucket(1, 9), bucket(5, 1)]);
        let known = Distribution { shape, ..Distribution::default() };
        for (q, above) in [(0.0, 0), (0.9, 0), (0.901, 1), (0.99, 1), (0.991, 5), (1.0, 5)] {
            assert_eq!(known.bounds(q).unwrap().0, MS * above, "{q}");
        }
    }

    #[test]
    fn nothing_is_known_of_nothing() {
        assert_eq!(Distribution::default().bounds(0.5), None);
        assert_eq!(Distribution::exact(Latencies::new()).bounds(0.5), None);
        let empty = Distribution { shape: Shape::Buckets(Vec::new()), ..Distribution::default() };
        assert_eq!(empty.bounds(0.5), None);
    }
}
