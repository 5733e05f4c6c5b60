//! Student's t on paired differences: one difference per block, so that whatever a block shares cancels out.
//!
//! t = d̄ / (s / √n) with n − 1 degrees of freedom. Assumes that the differences of whole runs are roughly normal, which
//! logarithms of latency quantiles are; requests within a run are not used as replicates.

use super::Alternative;
use super::t::TEstimate;
use crate::stats::{input, mean, special, standard_deviation};
use meshery_core::comparison::Interval;

/// What the test says of a sample of differences.
///
/// ```
/// use meshery_perf::stats::paired_t::PairedT;
///
/// let test = PairedT::of(&[0.9, 1.1, 1.0, 1.2, 0.8]).unwrap();
/// assert!((test.mean - 1.0).abs() < 1e-12);
/// assert!(test.p < 0.001 && test.interval(0.95).low > 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedT {
    /// The mean difference.
    pub mean: f64,
    /// The sample standard deviation of the differences.
    pub standard_deviation: f64,
    /// How many differences.
    pub n: usize,
    /// The two-sided p-value. Without any spread t has no value; then it is the exact sign-flip p-value 2 / 2ⁿ, or 1
    /// when all differences are zero.
    pub p: f64,
}

impl PairedT {
    /// The test; `None` below two differences or when one is not finite or too large to be squared.
    pub fn of(differences: &[f64]) -> Option<Self> {
        input::sample("differences", differences, 2).ok()?;
        let (mean, standard_deviation) = (mean(differences)?, standard_deviation(differences)?);
        let n = differences.len();
        let mut test = Self { mean, standard_deviation, n, p: 1.0 };
        test.p = test.estimate().p(Alternative::TwoSided);
        Some(test)
    }

    /// The same as an estimate with a t distribution: one-sided p-values, limits and equivalence.
    pub fn estimate(&self) -> TEstimate {
        TEstimate {
            estimate: self.mean,
            standard_error: self.standard_error(),
            degrees_of_freedom: (self.n - 1) as f64,
            smallest_p: 2.0 * 0.5_f64.powi(i32::try_from(self.n).unwrap_or(i32::MAX)),
        }
    }

    /// Whether the differences have any spread.
    pub fn has_spread(&self) -> bool {
        self.standard_deviation > 0.0
    }

    /// The two-sided interval of the mean at this confidence, 0..1.
    pub fn interval(&self, confidence: f64) -> Interval {
        self.estimate().interval(confidence)
    }

    /// The smallest mean difference that such a sample shows with this power at two-sided `alpha`; the usual first
    /// approximation (t₁₋α⸝₂ + t_power) · s / √n.
    pub fn detectable(&self, alpha: f64, power: f64) -> f64 {
        let quantile = |p| special::t_quantile(p, (self.n - 1) as f64);
        (quantile(1.0 - alpha / 2.0) + quantile(power)) * self.standard_error()
    }

    fn standard_error(&self) -> f64 {
        self.standard_deviation / (self.n as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Student's sleep data (1908), differences of the paired design: t = 4.0621, df = 9, p = 0.002833,
    /// 95 % interval 0.7001 to 2.4599, as R's `t.test(paired = TRUE)` prints them.
    #[test]
    fn the_classic_example() {
        let test = PairedT::of(&[1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]).unwrap();
        let interval = test.interval(0.95);
        assert!((test.p - 0.002_832_89).abs() < 1e-7, "{}", test.p);
        assert!(
            (interval.low - 0.700_114_2).abs() < 1e-6 && (interval.high - 2.459_885_8).abs() < 1e-6,
            "{interval:?}"
        );
    }

    #[test]
    fn no_spread_is_no_nan() {
        let zero = PairedT::of(&[0.0; 6]).unwrap();
        assert_eq!((zero.p, zero.interval(0.95)), (1.0, Interval { low: 0.0, high: 0.0 }));
        let same = PairedT::of(&[2.0; 6]).unwrap();
        assert_eq!((same.p, same.has_spread()), (2.0 / 64.0, false));
        assert_eq!(PairedT::of(&[1.0]), None);
        assert_eq!(PairedT::of(&[1.0, f64::NAN]), None);
    }
}
