//! Quantiles of a sample, and the interval that order statistics give without any assumption about its shape.

use meshery_core::Result;
use meshery_core::comparison::Interval;

use crate::stats::{input, special};

/// Which of the common definitions of a sample quantile (Hyndman & Fan 1996, and the plain rank).
///
/// ```
/// use meshery_perf::stats::estimate::quantile::{Definition, quantile};
///
/// let sample = [1.0, 2.0, 3.0, 4.0, 5.0];
/// assert_eq!(quantile(&sample, 0.75, Definition::Rank)?, 4.0);
/// assert!((quantile(&sample, 0.9, Definition::Linear)? - 4.6).abs() < 1e-12);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Definition {
    /// Type 7: linear between order statistics, what NumPy and R do by default.
    Linear,
    /// Type 8: nearly unbiased for the median of the quantile.
    MedianUnbiased,
    /// The smallest value with a cumulative share of at least q, what histograms answer.
    Rank,
}

/// The quantile q, 0..=1, of a sample.
///
/// # Errors
/// `InvalidInput` for an empty sample, values that are not finite, or q out of range.
pub fn quantile(values: &[f64], q: f64, definition: Definition) -> Result<f64> {
    input::sample("values", values, 1)?;
    if q.to_bits() != 0 && (1.0 - q).to_bits() != 0 {
        input::share("q", q)?;
    }
    Ok(of_sorted(&input::sorted(values), q, definition))
}

/// The quantile of a sorted sample that is not empty.
pub(crate) fn of_sorted(sorted: &[f64], q: f64, definition: Definition) -> f64 {
    let n = sorted.len() as f64;
    let last = sorted.len() - 1;
    let position = match definition {
        Definition::Linear => (n - 1.0) * q,
        Definition::MedianUnbiased => (n + 1.0 / 3.0) * q + 1.0 / 3.0 - 1.0,
        Definition::Rank => return sorted[(rank(n, q) as usize).clamp(1, last + 1) - 1],
    };
    let position = position.clamp(0.0, last as f64);
    let below = position.floor();
    let (low, high) = (sorted[below as usize], sorted[(below as usize + 1).min(last)]);
    low + (position - below) * (high - low)
}

/// ⌈nq⌉, but not one more because nq was rounded up past a whole number.
fn rank(n: f64, q: f64) -> f64 {
    let product = n * q;
    let whole = product.round();
    if (product - whole).abs() <= 1e-12 * product { whole } else { product.ceil() }
}

/// The distribution-free interval of a quantile: two order statistics.
///
/// ```
/// use meshery_perf::stats::estimate::quantile::OrderInterval;
///
/// let sample: Vec<f64> = (1..=100).map(f64::from).collect();
/// let interval = OrderInterval::of(&sample, 0.5, 0.95)?;
/// assert_eq!((interval.lower_rank, interval.upper_rank), (40, 61));
/// assert!(OrderInterval::of(&sample, 0.99, 0.95)?.interval().is_none(), "100 values cannot bound their p99");
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderInterval {
    /// The rank of the lower end, from 1; 0 when the sample cannot bound the quantile from below.
    pub lower_rank: usize,
    /// The rank of the upper end; n + 1 when the sample cannot bound the quantile from above.
    pub upper_rank: usize,
    /// The value at the lower rank.
    pub lower: Option<f64>,
    /// The value at the upper rank.
    pub upper: Option<f64>,
    /// The chance, before looking, that such an interval holds the quantile; at least the one asked for.
    pub coverage: f64,
}

impl OrderInterval {
    /// The interval of quantile q of a sample at this confidence.
    ///
    /// # Errors
    /// `InvalidInput` for an empty sample, values that are not finite, or q or the confidence out of range.
    pub fn of(values: &[f64], q: f64, confidence: f64) -> Result<Self> {
        input::sample("values", values, 1)?;
        let sorted = input::sorted(values);
        let mut found = Self::ranks(values.len(), q, confidence)?;
        found.lower = found.lower_rank.checked_sub(1).map(|index| sorted[index]);
        found.upper = sorted.get(found.upper_rank - 1).copied();
        Ok(found)
    }

    /// Only the ranks, for samples that are kept elsewhere, as in a histogram. `lower` and `upper` stay `None`.
    ///
    /// # Errors
    /// `InvalidInput` for n = 0, or q or the confidence out of range.
    pub fn ranks(n: usize, q: f64, confidence: f64) -> Result<Self> {
        input::count("n", n, 1)?;
        input::share("q", q)?;
        input::share("confidence", confidence)?;
        let tail = (1.0 - confidence) / 2.0;
        let below = |rank: usize| special::binomial_below(rank, n, q);
        let lower_rank = first(n + 1, |rank| below(rank) > tail) - 1;
        let upper_rank = first(n + 1, |rank| below(rank) >= 1.0 - tail);
        let coverage = below(upper_rank) - below(lower_rank);
        Ok(Self { lower_rank, upper_rank, lower: None, upper: None, coverage })
    }

    /// Both ends; `None` when the sample is too small to bound the quantile on both sides.
    pub fn interval(&self) -> Option<Interval> {
        Some(Interval { low: self.lower?, high: self.upper? })
    }
}

/// The smallest of 1..=limit with the property, which all larger ones share.
fn first(limit: usize, property: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (1, limit);
    while low < high {
        let middle = usize::midpoint(low, high);
        if property(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For ten values the classic interval of the median is the second to the ninth, at 97.9 % (Conover 1999).
    #[test]
    fn the_ranks_are_the_binomial_s() {
        let ten = OrderInterval::ranks(10, 0.5, 0.95).unwrap();
        assert_eq!((ten.lower_rank, ten.upper_rank), (2, 9));
        assert!((ten.coverage - 0.978_515_625).abs() < 1e-12);
        let five = OrderInterval::of(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.5, 0.95).unwrap();
        assert_eq!((five.lower_rank, five.upper_rank, five.interval()), (0, 6, None));
        let many = OrderInterval::ranks(100_000, 0.99, 0.95).unwrap();
        assert!(many.coverage >= 0.95 && many.lower_rank > 98_930 && many.upper_rank < 99_070, "{many:?}");
    }

    #[test]
    fn out_of_range_is_an_error() {
        assert!(quantile(&[1.0], 1.5, Definition::Linear).is_err());
        assert!(OrderInterval::of(&[1.0], 0.5, 1.0).is_err() && OrderInterval::of(&[], 0.5, 0.9).is_err());
    }

    proptest::proptest! {
        #[test]
        fn quantiles_grow_and_stay_within(
            values in proptest::collection::vec(-1e6f64..1e6, 1..50), a in 0.0f64..=1.0, b in 0.0f64..=1.0,
        ) {
            let sorted = crate::stats::input::sorted(&values);
            for definition in [Definition::Linear, Definition::MedianUnbiased, Definition::Rank] {
                let (low, high) = (of_sorted(&sorted, a.min(b), definition), of_sorted(&sorted, a.max(b), definition));
                assert!(sorted[0] <= low && low <= high + 1e-9 && high <= sorted[sorted.len() - 1]);
            }
        }
    }
}
