//! The ratio of two means with Fieller's interval (1954), exact for normal samples.

use meshery_core::Result;
use meshery_core::comparison::Interval;

use crate::stats::{input, mean, special, standard_deviation};

/// A ratio of means, candidate over baseline.
///
/// ```
/// use meshery_perf::stats::estimate::fieller::Ratio;
///
/// let ratio = Ratio::independent(&[10.0, 10.2, 9.8, 10.1], &[11.0, 11.3, 10.9, 11.1], 0.95)?.unwrap();
/// assert!((ratio.ratio - 1.105).abs() < 0.001 && ratio.interval.unwrap().low > 1.05);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// ȳ / x̄.
    pub ratio: f64,
    /// Its interval; `None` when the baseline's mean cannot be told from zero, so that no ratio is excluded.
    pub interval: Option<Interval>,
}

/// Means, the variances of these means and their covariance.
struct Means {
    x: f64,
    y: f64,
    of_x: f64,
    of_y: f64,
    between: f64,
}

impl Ratio {
    /// Of two independent samples, degrees of freedom by Satterthwaite at the ratio found; `None` when the baseline's mean
    /// is zero.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than two values a side, values that are not finite, and a confidence out of range.
    pub fn independent(x: &[f64], y: &[f64], confidence: f64) -> Result<Option<Self>> {
        input::two(x, y, 2)?;
        input::share("confidence", confidence)?;
        let means = Means::of(x, y, 0.0);
        let (of_x, of_y) = ((means.y / means.x).powi(2) * means.of_x, means.of_y);
        let share = of_x / (of_x + of_y);
        let sum = share * share / (x.len() - 1) as f64 + (1.0 - share).powi(2) / (y.len() - 1) as f64;
        let degrees = if sum.is_finite() { sum.recip() } else { (x.len() + y.len() - 2) as f64 };
        Ok(means.ratio(special::t_quantile(0.5 + confidence / 2.0, degrees)))
    }

    /// Of pairs; `None` when the baseline's mean is zero.
    ///
    /// # Errors
    /// As [`Ratio::independent`], and for samples of different lengths.
    pub fn paired(x: &[f64], y: &[f64], confidence: f64) -> Result<Option<Self>> {
        input::differences(x, y, 2)?;
        input::share("confidence", confidence)?;
        let n = x.len() as f64;
        let (at_x, at_y) = (mean(x).unwrap_or_default(), mean(y).unwrap_or_default());
        let products: f64 = x.iter().zip(y).map(|(x, y)| (x - at_x) * (y - at_y)).sum();
        let means = Means::of(x, y, products / (n - 1.0) / n);
        Ok(means.ratio(special::t_quantile(0.5 + confidence / 2.0, n - 1.0)))
    }
}

impl Means {
    fn of(x: &[f64], y: &[f64], between: f64) -> Self {
        let of_mean = |values: &[f64]| standard_deviation(values).unwrap_or_default().powi(2) / values.len() as f64;
        let at = |values: &[f64]| mean(values).unwrap_or_default();
        Self { x: at(x), y: at(y), of_x: of_mean(x), of_y: of_mean(y), between }
    }

    /// The roots of (ȳ − θ x̄)² = t² (v_y − 2 θ v_xy + θ² v_x). All relative to x̄, so that no square overflows.
    fn ratio(&self, t: f64) -> Option<Ratio> {
        let ratio = self.y / self.x;
        if !ratio.is_finite() {
            return None;
        }
        let square = t * t;
        let (of_x, of_y) = (self.of_x / self.x / self.x, self.of_y / self.x / self.x);
        let between = self.between / self.x / self.x;
        let (a, half_b, c) = (1.0 - square * of_x, ratio - square * between, ratio * ratio - square * of_y);
        let root = (half_b * half_b - a * c).max(0.0).sqrt();
        let interval = Interval { low: (half_b - root) / a, high: (half_b + root) / a };
        let bounded = a > 0.0 && interval.low.is_finite() && interval.high.is_finite();
        Some(Ratio { ratio, interval: bounded.then_some(interval) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At either end the t test of y − θ x gives exactly the level: the definition of the interval.
    #[test]
    fn the_ends_are_where_the_test_turns() {
        let x = [10.0, 12.0, 11.0, 9.0, 10.5, 11.5];
        let y = [13.0, 15.0, 12.0, 12.5, 13.5, 14.0];
        let found = Ratio::paired(&x, &y, 0.95).unwrap().unwrap();
        for end in [found.interval.unwrap().low, found.interval.unwrap().high] {
            let differences: Vec<f64> = x.iter().zip(&y).map(|(x, y)| y - end * x).collect();
            let p = crate::stats::paired_t::PairedT::of(&differences).unwrap().p;
            assert!((p - 0.05).abs() < 1e-9, "{p}");
        }
    }

    #[test]
    fn a_baseline_near_zero_bounds_nothing() {
        let near_zero = Ratio::independent(&[-1.0, 1.0, 0.5], &[1.0, 2.0, 3.0], 0.95).unwrap().unwrap();
        assert_eq!(near_zero.interval, None);
        assert_eq!(Ratio::independent(&[-1.0, 1.0], &[1.0, 2.0], 0.95).unwrap(), None);
        let exact = Ratio::independent(&[2.0; 3], &[4.0; 3], 0.95).unwrap().unwrap();
        assert!((exact.interval.unwrap().low - 2.0).abs() < 1e-12);
    }
}
