//! Plain descriptions of one sample.

use meshery_core::Result;

use super::{input, mean, standard_deviation};

/// What a sample looks like.
///
/// ```
/// let summary = meshery_perf::stats::summary::Summary::of(&[1.0, 2.0, 3.0, 4.0, 5.0])?;
/// assert_eq!((summary.n, summary.mean, summary.median, summary.mad), (5, 3.0, 3.0, 1.0));
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many values.
    pub n: usize,
    /// Their sum.
    pub sum: f64,
    /// The arithmetic mean.
    pub mean: f64,
    /// The sample variance (divisor n − 1); `None` below two values.
    pub variance: Option<f64>,
    /// The middle value, or the mean of the two in the middle.
    pub median: f64,
    /// The median distance from the median, not scaled.
    pub mad: f64,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
}

impl Summary {
    /// Describes a sample.
    ///
    /// # Errors
    /// `InvalidInput` for an empty sample and for values that are not finite.
    pub fn of(values: &[f64]) -> Result<Self> {
        input::sample("values", values, 1)?;
        let sorted = input::sorted(values);
        let median = median_of_sorted(&sorted);
        let distances: Vec<f64> = values.iter().map(|value| (value - median).abs()).collect();
        Ok(Self {
            n: values.len(),
            sum: values.iter().sum(),
            mean: mean(values).unwrap_or_default(),
            variance: standard_deviation(values).map(|deviation| deviation * deviation),
            median,
            mad: median_of_sorted(&input::sorted(&distances)),
            min: sorted[0],
            max: sorted[sorted.len() - 1],
        })
    }
}

/// The median of a sample that is not empty.
pub(super) fn median_of_sorted(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
}

/// The number of ways to choose k of n, as a float: infinite when it is larger than floats reach.
pub(super) fn combinations(n: usize, k: usize) -> f64 {
    (0..k.min(n - k)).fold(1.0, |ways, i| ways * (n - i) as f64 / (i + 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_are_pascal_s() {
        assert_eq!((combinations(10, 5), combinations(5, 0), combinations(6, 4)), (252.0, 1.0, 15.0));
        assert!(combinations(100_000, 50_000).is_infinite());
    }

    #[test]
    fn one_value_has_no_variance() {
        let one = Summary::of(&[2.0]).unwrap();
        assert_eq!((one.variance, one.mad, one.median), (None, 0.0, 2.0));
        assert!(Summary::of(&[]).is_err());
    }
}
