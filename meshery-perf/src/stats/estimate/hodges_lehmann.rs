//! Hodges & Lehmann's shift (1963): the median of all differences between a candidate's and a baseline's value, with the
//! interval that inverts the rank tests.

use meshery_core::Result;
use meshery_core::comparison::Interval;

use super::selection::nth_difference;
use crate::stats::test::null_distribution::{EXACT, u_counts};
use crate::stats::{input, special};

/// The shift of two samples.
///
/// ```
/// use meshery_perf::stats::estimate::hodges_lehmann::HodgesLehmann;
///
/// let shift = HodgesLehmann::of(&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0], 0.95)?;
/// assert_eq!((shift.shift, shift.interval.low, shift.interval.high), (5.0, 2.0, 8.0));
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HodgesLehmann {
    /// The median of all `y − x`.
    pub shift: f64,
    /// The interval: the differences ranked `rank` from below and from above.
    pub interval: Interval,
    /// From 1.
    pub rank: u64,
    /// The interval's exact confidence without ties, to 50 values a side; small samples do not reach every level: three
    /// runs a side give 90 % at most. `None` beyond, where the rank is asymptotic.
    pub achieved: Option<f64>,
}

impl HodgesLehmann {
    /// The shift of the candidate `y` against the baseline `x`, in time (n + m) log (n + m).
    ///
    /// # Errors
    /// `InvalidInput` for an empty sample, values that are not finite, and a confidence out of range.
    pub fn of(x: &[f64], y: &[f64], confidence: f64) -> Result<Self> {
        input::two(x, y, 1)?;
        input::share("confidence", confidence)?;
        let (x, y) = (input::sorted(x), input::sorted(y));
        let pairs = x.len() as u64 * y.len() as u64;
        let (rank, achieved) = rank(x.len(), y.len(), (1.0 - confidence) / 2.0);
        let (low, high) = (nth_difference(&x, &y, rank), nth_difference(&x, &y, pairs + 1 - rank));
        Ok(Self { shift: median_difference(&x, &y), interval: Interval { low, high }, rank, achieved })
    }
}

/// The median of all differences of two sorted samples.
pub(crate) fn median_difference(x: &[f64], y: &[f64]) -> f64 {
    let pairs = x.len() as u64 * y.len() as u64;
    let upper = nth_difference(x, y, pairs / 2 + 1);
    if pairs % 2 == 1 { upper } else { f64::midpoint(nth_difference(x, y, pairs / 2), upper) }
}

/// The rank of the ends, and the confidence reached when it is known exactly.
fn rank(n: usize, m: usize, tail: f64) -> (u64, Option<f64>) {
    if n > EXACT || m > EXACT {
        let (a, b) = (n as f64, m as f64);
        let half_width = special::normal_quantile(1.0 - tail) * (a * b * (a + b + 1.0) / 12.0).sqrt();
        return (((a * b / 2.0 - half_width).floor().max(1.0)) as u64, None);
    }
    let counts = u_counts(n, m);
    let all: f64 = counts.iter().sum();
    let mut below = 0.0;
    for (u, count) in counts.iter().enumerate() {
        if (below + count) / all >= tail {
            return match u {
                0 => (1, Some(1.0 - 2.0 * count / all)),
                _ => (u as u64, Some(1.0 - 2.0 * below / all)),
            };
        }
        below += count;
    }
    (1, None)
}

/// The shift of paired samples: the median of the means of all pairs of differences (Walsh averages).
///
/// # Errors
/// `InvalidInput` for no difference, more than 10,000 of them, and values that are not finite.
///
/// ```
/// let shift = meshery_perf::stats::estimate::hodges_lehmann::paired(&[1.0, 2.0, 6.0])?;
/// assert_eq!(shift, 2.75);
/// # Ok::<(), meshery_core::Error>(())
/// ```
pub fn paired(differences: &[f64]) -> Result<f64> {
    input::sample("differences", differences, 1)?;
    if differences.len() > 10_000 {
        return Err(meshery_core::Error::invalid("differences", "too many pairs of runs")
            .expected("at most 10000")
            .found(differences.len().to_string()));
    }
    let mut means: Vec<f64> = (0..differences.len())
        .flat_map(|i| differences[i..].iter().map(move |other| f64::midpoint(differences[i], *other)))
        .collect();
    means.sort_unstable_by(f64::total_cmp);
    Ok(crate::stats::summary::median_of_sorted(&means))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R's `?wilcox.test` (Hollander & Wolfe 1973), permeability: `wilcox.test(x, y, conf.int = TRUE)` gives a
    /// difference in location of 0.305 with the interval -0.15 to 0.76.
    #[test]
    fn the_permeability_example() {
        let x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let y = [1.15, 0.88, 0.90, 0.74, 1.21];
        let found = HodgesLehmann::of(&y, &x, 0.95).unwrap();
        assert!((found.shift - 0.305).abs() < 1e-12, "{found:?}");
        assert!((found.interval.low + 0.15).abs() < 1e-12 && (found.interval.high - 0.76).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn small_samples_say_what_they_reach() {
        let three = HodgesLehmann::of(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], 0.95).unwrap();
        assert_eq!(three.rank, 1);
        assert!((three.achieved.unwrap() - 0.9).abs() < 1e-12);
        let one = HodgesLehmann::of(&[1.0], &[4.0], 0.95).unwrap();
        assert!((one.shift - 3.0).abs() < 1e-12 && one.achieved.unwrap().abs() < 1e-12);
    }

    proptest::proptest! {
        #[test]
        fn a_shift_is_found(x in proptest::collection::vec(0.0f64..9.0, 2..60), by in -5.0f64..5.0) {
            let y: Vec<f64> = x.iter().map(|x| x + by).collect();
            let found = HodgesLehmann::of(&x, &y, 0.9).unwrap();
            assert!((found.shift - by).abs() < 1e-9);
            assert!(found.interval.low <= found.shift && found.shift <= found.interval.high);
        }
    }
}
