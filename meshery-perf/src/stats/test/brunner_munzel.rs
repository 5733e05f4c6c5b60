//! Brunner & Munzel's test (2000): as Mann–Whitney, but for samples whose spreads differ.

use meshery_core::Result;

use crate::stats::rank::Ranks;
use crate::stats::{input, mean, special};

/// The test of P(x < y) = P(x > y).
///
/// ```
/// use meshery_perf::stats::test::brunner_munzel::BrunnerMunzel;
///
/// let test = BrunnerMunzel::of(&[1.0, 2.0, 3.0, 7.0], &[4.0, 5.0, 6.0, 8.0])?.unwrap();
/// assert!(test.statistic > 0.0 && test.p < 0.2);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrunnerMunzel {
    /// Positive when the candidate tends to larger values.
    pub statistic: f64,
    /// Degrees of freedom.
    pub degrees_of_freedom: f64,
    /// The two-sided p-value.
    pub p: f64,
}

impl BrunnerMunzel {
    /// The test; `None` when the samples are separated completely, or all equal, so that nothing varies.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than two values and values that are not finite.
    pub fn of(x: &[f64], y: &[f64]) -> Result<Option<Self>> {
        input::two(x, y, 2)?;
        let (n, m) = (x.len() as f64, y.len() as f64);
        let all = Ranks::new(&[x, y].concat()).of;
        let (of_x, of_y) = all.split_at(x.len());
        let (variance_x, variance_y) = (variance(of_x, x), variance(of_y, y));
        let sum = n * variance_x + m * variance_y;
        if sum <= 0.0 {
            return Ok(None);
        }
        let difference = mean(of_y).unwrap_or_default() - mean(of_x).unwrap_or_default();
        let statistic = n * m * difference / ((n + m) * sum.sqrt());
        let parts = (n * variance_x).powi(2) / (n - 1.0) + (m * variance_y).powi(2) / (m - 1.0);
        let degrees_of_freedom = sum * sum / parts;
        let p = (2.0 * special::t_upper(statistic.abs(), degrees_of_freedom)).min(1.0);
        Ok(Some(Self { statistic, degrees_of_freedom, p }))
    }
}

/// The variance of the ranks in both samples less those in their own: how often the other sample lies below.
fn variance(ranks: &[f64], own: &[f64]) -> f64 {
    let placements: Vec<f64> = ranks.iter().zip(Ranks::new(own).of).map(|(all, own)| all - own).collect();
    crate::stats::standard_deviation(&placements).map_or(0.0, |deviation| deviation * deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Neubert & Brunner (2007), pain scores, as in R's `?brunnermunzel`: statistic 3.1374673, df 17.683, p 0.005786.
    #[test]
    fn the_pain_example() {
        let x = [1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 4.0, 1.0, 1.0];
        let y = [3.0, 3.0, 4.0, 3.0, 1.0, 2.0, 3.0, 1.0, 1.0, 5.0, 4.0];
        let test = BrunnerMunzel::of(&x, &y).unwrap().unwrap();
        assert!((test.statistic - 3.137_467_4).abs() < 1e-6 && (test.p - 0.005_786_208).abs() < 1e-8, "{test:?}");
        assert_eq!(BrunnerMunzel::of(&[1.0, 2.0], &[3.0, 4.0]).unwrap(), None);
    }
}
