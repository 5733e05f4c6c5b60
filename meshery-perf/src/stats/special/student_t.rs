//! Student's t distribution.

use super::beta::{beta_prefix, incomplete_beta};
use super::normal_quantile;

/// P(T > t).
pub(crate) fn t_upper(t: f64, degrees: f64) -> f64 {
    let (x, y) = position(t, degrees);
    let (outer, _) = incomplete_beta(degrees / 2.0, 0.5, x, y);
    if t >= 0.0 { outer / 2.0 } else { 1.0 - outer / 2.0 }
}

/// The t with P(T ≤ t) = p; p within 0..1, both excluded.
pub(crate) fn t_quantile(p: f64, degrees: f64) -> f64 {
    if p < 0.5 {
        return -t_quantile_of_tail(p, degrees);
    }
    t_quantile_of_tail(1.0 - p, degrees)
}

/// The t ≥ 0 with P(T > t) = tail. Newton's steps start at the normal quantile, which lies below, and come nearer from
/// that side only, because the tail is convex.
fn t_quantile_of_tail(tail: f64, degrees: f64) -> f64 {
    if tail >= 0.5 {
        return 0.0;
    }
    let mut t = -normal_quantile(tail);
    for _ in 0..500 {
        let step = (t_upper(t, degrees) - tail) / density(t, degrees);
        let next = t + step;
        if !next.is_finite() || step.abs() <= 1e-15 * t {
            break;
        }
        t = next;
    }
    t
}

fn density(t: f64, degrees: f64) -> f64 {
    let (x, y) = position(t, degrees);
    beta_prefix(degrees / 2.0, 0.5, x, y) / t
}

/// ν / (ν + t²) and t² / (ν + t²).
fn position(t: f64, degrees: f64) -> (f64, f64) {
    let square = t / degrees * t;
    if square.is_infinite() { (0.0, 1.0) } else { (1.0 / (1.0 + square), square / (1.0 + square)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values by SciPy 1.17.1 (`t.sf`, `t.ppf`).
    #[test]
    fn against_scipy() {
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-11, "{a} {b}");
        near(t_upper(5.0, 8.0), 0.000_526_412_896_683_269_9);
        near(t_upper(-5.0, 8.0), 0.999_473_587_103_316_7);
        near(t_quantile(0.975, 8.0), 2.306_004_135_204_166_4);
        near(t_quantile(0.975, 1.0), 12.706_204_736_174_698);
        near(t_quantile(0.05, 4.8), -t_quantile(0.95, 4.8));
        near(t_quantile(0.975, 200_000.0), 1.959_975_845_966_768);
        assert!(t_quantile(0.5, 3.0).abs() < 1e-300);
        assert!(t_upper(1e200, 3.0) >= 0.0);
    }
}
