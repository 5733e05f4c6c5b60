//! The power of t tests: the noncentral t distribution (Lenth 1989, algorithm AS 243).

use statrs::function::gamma::ln_gamma;

use super::beta::incomplete_beta;
use super::{normal_upper, t_quantile};

/// Beyond this the weights of the series underflow, and every power is 1 to all digits unless t is as far out.
const FARTHEST: f64 = 37.0;

/// The power of a two-sided t test at `alpha` when the true t is `noncentrality`.
pub(crate) fn power_of_t(noncentrality: f64, degrees: f64, alpha: f64) -> f64 {
    let critical = t_quantile(1.0 - alpha / 2.0, degrees);
    let shift = noncentrality.abs();
    if shift > FARTHEST {
        // Johnson & Kotz' normal approximation.
        let spread = (1.0 + critical * critical / (2.0 * degrees)).sqrt();
        return normal_upper((critical * (1.0 - 1.0 / (4.0 * degrees)) - shift) / spread);
    }
    let (beyond, opposite) = (1.0 - below(critical, degrees, shift), 1.0 - below(critical, degrees, -shift));
    (beyond + opposite).clamp(0.0, 1.0)
}

/// P(T ≤ t) for t ≥ 0.
fn below(t: f64, degrees: f64, shift: f64) -> f64 {
    let (x, y) = (t * t / (t * t + degrees), degrees / (t * t + degrees));
    let half_square = shift * shift / 2.0;
    let mut even = (-half_square).exp();
    let mut odd = shift / std::f64::consts::SQRT_2 * (-half_square - ln_gamma(1.5)).exp();
    let mut sum = 0.0;
    for j in 0..10_000 {
        let j = f64::from(j);
        let term = even * incomplete_beta(j + 0.5, degrees / 2.0, x, y).0
            + odd * incomplete_beta(j + 1.0, degrees / 2.0, x, y).0;
        sum += term;
        if j > half_square && term.abs() <= 1e-18 {
            break;
        }
        even *= half_square / (j + 1.0);
        odd *= half_square / (j + 1.5);
    }
    normal_upper(shift) + sum / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values by statsmodels 0.15.0 (`TTestIndPower`).
    #[test]
    fn against_statsmodels() {
        let two_sample = |effect: f64, runs: f64| power_of_t(effect * (runs / 2.0).sqrt(), 2.0 * runs - 2.0, 0.05);
        for (effect, runs, expected) in [
            (0.990_131_364_808_986_4, 10.0, 0.553_783_710_210_386_4),
            (0.660_087_576_539_324_4, 5.0, 0.151_784_736_390_104_45),
            (2.439_508_208_471_602, 20.0, 0.999_999_985_699_866_3),
        ] {
            assert!((two_sample(effect, runs) / expected - 1.0).abs() < 1e-10, "{}", two_sample(effect, runs));
        }
        assert!((power_of_t(0.0, 10.0, 0.05) - 0.05).abs() < 1e-12);
        assert!(power_of_t(1e6, 10.0, 0.05) > 0.999);
    }
}
