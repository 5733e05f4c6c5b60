//! Spearman's rank correlation (1904): does one value tell anything about the other, or about the next?

use meshery_core::Result;

use super::autocorrelation::deviations;
use crate::stats::rank::Ranks;
use crate::stats::{input, special};

/// The rank correlation of two columns and its p-value by Student's t with n − 2 degrees of freedom.
///
/// ```
/// use meshery_perf::stats::series::spearman::Spearman;
///
/// let found = Spearman::of(&[1.0, 2.0, 3.0, 4.0], &[1.0, 10.0, 9.0, 100.0])?.unwrap();
/// assert!((found.rho - 0.8).abs() < 1e-12);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spearman {
    /// −1..=1.
    pub rho: f64,
    /// The two-sided p-value of "no correlation"; 0 in the limit of a perfect order.
    pub p: f64,
}

impl Spearman {
    /// The correlation of pairs; `None` when a column does not vary.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than three pairs, columns of different lengths and values that are not finite.
    pub fn of(x: &[f64], y: &[f64]) -> Result<Option<Self>> {
        input::differences(x, y, 3)?;
        let (a, b) = (deviations(&Ranks::new(x).of), deviations(&Ranks::new(y).of));
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (of_a, of_b) = (product(&a, &a), product(&b, &b));
        if of_a <= 0.0 || of_b <= 0.0 {
            return Ok(None);
        }
        let rho = (product(&a, &b) / (of_a.sqrt() * of_b.sqrt())).clamp(-1.0, 1.0);
        Ok(Some(Self { rho, p: p(rho, x.len() as f64 - 2.0) }))
    }

    /// The correlation of each value with the next one: independent samples have none.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than four values and values that are not finite.
    pub fn lag_one(values: &[f64]) -> Result<Option<Self>> {
        input::sample("values", values, 4)?;
        Self::of(&values[..values.len() - 1], &values[1..])
    }
}

fn p(rho: f64, degrees: f64) -> f64 {
    let rest = (1.0 - rho) * (1.0 + rho);
    if rest <= 0.0 {
        return 0.0;
    }
    (2.0 * special::t_upper(rho.abs() * (degrees / rest).sqrt(), degrees)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R's example of `cor.test(method = "spearman")` (Hollander & Wolfe 1973): rho = 0.6; its t-based p is 0.0876.
    #[test]
    fn the_tuna_example() {
        let x = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1];
        let y = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8];
        let found = Spearman::of(&x, &y).unwrap().unwrap();
        assert!((found.rho - 0.6).abs() < 1e-12 && (found.p - 0.087_6).abs() < 1e-4, "{found:?}");
    }

    #[test]
    fn constants_and_perfect_orders() {
        assert_eq!(Spearman::of(&[1.0; 5], &[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap(), None);
        let perfect = Spearman::of(&[1.0, 2.0, 3.0], &[6.0, 5.0, 4.0]).unwrap().unwrap();
        assert!((perfect.rho + 1.0).abs() < 1e-12 && perfect.p < 1e-6);
        assert!(Spearman::lag_one(&[1.0, 2.0, 3.0]).is_err());
    }
}
