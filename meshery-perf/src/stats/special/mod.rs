//! Distribution functions. Gamma, error and normal functions are statrs'; the incomplete beta function is not, because
//! its continued fraction stops after 140 terms and needs about √n of them: Harrell–Davis weights and order-statistic
//! intervals of 100,000 requests would come out wrong.

mod beta;
mod noncentral_t;
mod student_t;

use statrs::distribution::{ChiSquared, ContinuousCDF, Normal};
use statrs::function::erf::erfc;

pub(super) use beta::incomplete_beta;
pub(super) use noncentral_t::power_of_t;
pub(super) use student_t::{t_quantile, t_upper};

/// P(Z > z) of the standard normal distribution, exact far into the tail.
pub(super) fn normal_upper(z: f64) -> f64 {
    0.5 * erfc(z / std::f64::consts::SQRT_2)
}

/// The z with P(Z ≤ z) = p; p within 0..1, both excluded.
pub(super) fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p)
}

/// P(X > x) of the chi-squared distribution.
pub(super) fn chi_squared_upper(x: f64, degrees: f64) -> Option<f64> {
    Some(ChiSquared::new(degrees).ok()?.sf(x))
}

/// P(X < k) for k successes of n with probability q.
pub(super) fn binomial_below(k: usize, n: usize, q: f64) -> f64 {
    match k.checked_sub(1) {
        None => 0.0,
        Some(at_most) if at_most >= n => 1.0,
        Some(at_most) => incomplete_beta((n - at_most) as f64, k as f64, 1.0 - q, q).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values by SciPy 1.17.1: `norm.sf`, `norm.ppf`, `chi2.sf`, `binom.cdf`.
    #[test]
    fn against_scipy() {
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-11, "{a} {b}");
        near(normal_upper(30.0), 4.906_713_927_147_908e-198);
        near(normal_quantile(0.975), 1.959_963_984_540_054);
        near(chi_squared_upper(10.464_947_013_420_261, 10.0).unwrap(), 0.400_690_961_665_557_9);
        near(binomial_below(49_690, 100_000, 0.5), 0.024_777_857_334_761_195);
    }
}
