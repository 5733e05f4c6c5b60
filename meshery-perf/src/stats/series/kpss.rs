//! Is the level steady? Kwiatkowski, Phillips, Schmidt & Shin (1992): the partial sums of a steady series stay small.

use meshery_core::Result;

use super::autocorrelation::deviations;
use crate::stats::input;

/// How many lags enter the long-run variance.
///
/// ```
/// use meshery_perf::stats::series::kpss::Lags;
///
/// assert_ne!(Lags::Automatic, Lags::Fixed(4));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lags {
    /// From the data (Hobijn, Franses & Ooms 1998).
    Automatic,
    /// ⌈12 (n / 100)^¼⌉ (Schwert 1989).
    Schwert,
    /// This many.
    Fixed(usize),
}

/// The test of level stationarity. A small p-value says that the level moves.
///
/// ```
/// use meshery_perf::stats::series::kpss::{Kpss, Lags};
///
/// let ramp: Vec<f64> = (0..200).map(|i| f64::from(i) + f64::from(i % 7)).collect();
/// assert!(Kpss::of(&ramp, Lags::Automatic)?.unwrap().p <= 0.01);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kpss {
    /// The statistic.
    pub statistic: f64,
    /// The p-value, interpolated in the authors' table and so held within 0.01..=0.1.
    pub p: f64,
    /// The lags used.
    pub lags: usize,
}

/// The authors' critical values: (statistic, p).
const TABLE: [(f64, f64); 4] = [(0.347, 0.1), (0.463, 0.05), (0.574, 0.025), (0.739, 0.01)];

impl Kpss {
    /// The test of a series; `None` when the series does not vary.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than ten values, values that are not finite, and as many lags as values.
    pub fn of(values: &[f64], lags: Lags) -> Result<Option<Self>> {
        input::sample("values", values, 10)?;
        let n = values.len();
        let residuals = deviations(values);
        let lags = match lags {
            Lags::Automatic => automatic(&residuals),
            Lags::Schwert => ((12.0 * (n as f64 / 100.0).powf(0.25)).ceil() as usize).min(n - 1),
            Lags::Fixed(lags) => {
                input::count("values", n, lags.saturating_add(1))?;
                lags
            }
        };
        let variance = long_run_variance(&residuals, lags);
        let mut sum = 0.0;
        let squares: f64 = residuals
            .iter()
            .map(|residual| {
                sum += residual;
                sum * sum
            })
            .sum();
        let statistic = squares / (n as f64 * n as f64) / variance;
        Ok((variance > 0.0 && statistic.is_finite()).then(|| Self { statistic, p: p(statistic), lags }))
    }
}

/// Newey & West's estimate with Bartlett weights.
fn long_run_variance(residuals: &[f64], lags: usize) -> f64 {
    let weighted = |lag: usize| 2.0 * (1.0 - lag as f64 / (lags + 1) as f64) * product(residuals, lag);
    (product(residuals, 0) + (1..=lags).map(weighted).sum::<f64>()) / residuals.len() as f64
}

fn automatic(residuals: &[f64]) -> usize {
    let n = residuals.len() as f64;
    let (mut level, mut slope) = (product(residuals, 0) / n, 0.0);
    for lag in 1..=n.powf(2.0 / 9.0) as usize {
        let covariance = product(residuals, lag) / (n / 2.0);
        level += covariance;
        slope += lag as f64 * covariance;
    }
    let ratio = slope / level;
    let lags = 1.1447 * (ratio * ratio).cbrt() * n.cbrt();
    if lags.is_finite() { (lags as usize).min(residuals.len() - 1) } else { 0 }
}

fn product(residuals: &[f64], lag: usize) -> f64 {
    residuals.iter().zip(&residuals[lag..]).map(|(a, b)| a * b).sum()
}

fn p(statistic: f64) -> f64 {
    let between = TABLE.windows(2).find(|pair| statistic <= pair[1].0);
    let Some([(low, p_low), (high, p_high)]) = between else { return 0.01 };
    (p_low + (statistic - low) / (high - low) * (p_high - p_low)).min(0.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_between() {
        for (statistic, expected) in TABLE {
            assert!((p(statistic) - expected).abs() < 1e-12);
        }
        assert!((p(0.1) - 0.1).abs() < 1e-12 && (p(9.0) - 0.01).abs() < 1e-12 && (p(0.405) - 0.075).abs() < 1e-12);
    }

    #[test]
    fn constants_have_no_answer() {
        assert_eq!(Kpss::of(&[1.0; 20], Lags::Automatic).unwrap(), None);
        assert!(Kpss::of(&[1.0; 9], Lags::Schwert).is_err() && Kpss::of(&[1.0; 20], Lags::Fixed(20)).is_err());
    }
}
