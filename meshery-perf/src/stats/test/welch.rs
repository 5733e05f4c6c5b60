//! Welch's and Student's t tests of two independent samples of runs.
//!
//! t = (ȳ − x̄) / √(s²x/n + s²y/m), degrees of freedom by Welch & Satterthwaite. On logarithms of per-run quantiles it
//! holds its error rate where percentile and BCa bootstraps over few runs do not.

use meshery_core::Result;

use super::t::TEstimate;
use crate::stats::{input, mean, standard_deviation, summary};

/// Welch's test: the spreads may differ. At least two values a side.
///
/// # Errors
/// `InvalidInput` for values that are not finite and for fewer than two.
pub fn welch(x: &[f64], y: &[f64]) -> Result<TEstimate> {
    let (x, y) = both(x, y)?;
    let (of_x, of_y) = (x.variance / x.n as f64, y.variance / y.n as f64);
    let degrees = satterthwaite((of_x, x.n), (of_y, y.n)).unwrap_or((x.n + y.n - 2) as f64);
    Ok(estimate(&x, &y, (of_x + of_y).sqrt(), degrees))
}

/// Student's test: the spreads are taken to be equal.
///
/// # Errors
/// As [`welch`].
pub fn student(x: &[f64], y: &[f64]) -> Result<TEstimate> {
    let (x, y) = both(x, y)?;
    let (n, m) = (x.n as f64, y.n as f64);
    let pooled = ((n - 1.0) * x.variance + (m - 1.0) * y.variance) / (n + m - 2.0);
    Ok(estimate(&x, &y, (pooled / n + pooled / m).sqrt(), n + m - 2.0))
}

/// Welch's test of logarithms: exp(estimate) − 1 is the relative change of the geometric mean.
///
/// # Errors
/// As [`welch`], and for values that are not positive.
///
/// ```
/// let test = meshery_perf::stats::test::welch::log_ratio(&[1.0, 1.1, 0.9], &[2.0, 2.2, 1.8])?;
/// assert!((test.estimate.exp() - 2.0).abs() < 1e-12);
/// # Ok::<(), meshery_core::Error>(())
/// ```
pub fn log_ratio(x: &[f64], y: &[f64]) -> Result<TEstimate> {
    welch(&input::logarithms("x", x, 2)?, &input::logarithms("y", y, 2)?)
}

fn both(x: &[f64], y: &[f64]) -> Result<(Spread, Spread)> {
    input::two(x, y, 2)?;
    Ok((Spread::of(x), Spread::of(y)))
}

struct Spread {
    n: usize,
    mean: f64,
    variance: f64,
}

impl Spread {
    fn of(values: &[f64]) -> Self {
        let deviation = standard_deviation(values).unwrap_or_default();
        Self { n: values.len(), mean: mean(values).unwrap_or_default(), variance: deviation * deviation }
    }
}

fn estimate(x: &Spread, y: &Spread, standard_error: f64, degrees_of_freedom: f64) -> TEstimate {
    let smallest_p = (2.0 / summary::combinations(x.n + y.n, x.n)).min(1.0);
    TEstimate { estimate: y.mean - x.mean, standard_error, degrees_of_freedom, smallest_p }
}

/// (a + b)² / (a² / (n − 1) + b² / (m − 1)), in shares of a + b so that nothing overflows; `None` without spread.
fn satterthwaite((a, n): (f64, usize), (b, m): (f64, usize)) -> Option<f64> {
    let share = a / (a + b);
    let sum = share * share / (n - 1) as f64 + (1.0 - share) * (1.0 - share) / (m - 1) as f64;
    sum.is_finite().then(|| sum.recip())
}

#[cfg(test)]
mod tests {
    use super::super::Alternative;
    use super::*;

    /// The two samples and results of R's `t.test` on `sleep` (Student 1908), unpaired: t = -1.8608, df = 17.776,
    /// p = 0.07939, 95 % interval -3.3654832 to 0.2054832 of the first minus the second.
    #[test]
    fn the_classic_example() {
        let x = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let y = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let test = welch(&x, &y).unwrap();
        let interval = test.interval(0.95);
        assert!((test.t().unwrap() - 1.860_81).abs() < 1e-5 && (test.degrees_of_freedom - 17.776_47).abs() < 1e-5);
        assert!((test.p(Alternative::TwoSided) - 0.079_394_14).abs() < 1e-8);
        assert!((interval.low + 0.205_483_2).abs() < 1e-7 && (interval.high - 3.365_483_2).abs() < 1e-7);
        assert!((student(&x, &y).unwrap().p(Alternative::TwoSided) - 0.079_186_71).abs() < 1e-8);
    }

    #[test]
    fn no_spread_is_no_nan() {
        let equal = welch(&[7.0; 10], &[7.0; 10]).unwrap();
        assert_eq!((equal.t(), equal.p(Alternative::TwoSided), equal.interval(0.95).high), (None, 1.0, 0.0));
        let apart = welch(&[1.0; 5], &[2.0; 5]).unwrap();
        assert!((apart.p(Alternative::TwoSided) - 2.0 / 252.0).abs() < 1e-15);
        assert!((apart.p(Alternative::Greater) - 1.0 / 252.0).abs() < 1e-15);
        assert!((apart.p(Alternative::Less) - 1.0).abs() < 1e-15);
        assert!(welch(&[1.0], &[1.0, 2.0]).is_err() && log_ratio(&[1.0, -1.0], &[1.0, 2.0]).is_err());
        let huge = welch(&[1e150, -1e150], &[1e150, 0.0]).unwrap();
        assert!(huge.p(Alternative::TwoSided).is_finite() && huge.degrees_of_freedom.is_finite());
    }

    proptest::proptest! {
        #[test]
        fn exchanged_arms_mirror_and_scale_does_not_matter(
            x in proptest::collection::vec(0.1f64..100.0, 2..20), y in proptest::collection::vec(0.1f64..100.0, 2..20),
        ) {
            let (one, other) = (welch(&x, &y).unwrap(), welch(&y, &x).unwrap());
            assert!((one.p(Alternative::Greater) - other.p(Alternative::Less)).abs() < 1e-12);
            let scaled = |values: &[f64]| values.iter().map(|value| value * 1024.0).collect::<Vec<_>>();
            let scaled = welch(&scaled(&x), &scaled(&y)).unwrap();
            assert!((one.p(Alternative::TwoSided) - scaled.p(Alternative::TwoSided)).abs() < 1e-12);
        }
    }
}
