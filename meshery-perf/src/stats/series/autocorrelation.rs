//! Autocorrelation of a series, and Ljung & Box' test that there is none (1978).

use meshery_core::Result;

use crate::stats::{input, mean, special};

/// The autocorrelations at lags 1..=`lags` (divisor n at every lag); `None` when the series does not vary.
///
/// # Errors
/// `InvalidInput` for values that are not finite, or for not more values than lags.
///
/// ```
/// use meshery_perf::stats::series::autocorrelation::autocorrelation;
///
/// let zigzag = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0];
/// assert!(autocorrelation(&zigzag, 1)?.unwrap()[0] < -0.8);
/// assert!(autocorrelation(&[3.0; 6], 1)?.is_none());
/// # Ok::<(), meshery_core::Error>(())
/// ```
pub fn autocorrelation(values: &[f64], lags: usize) -> Result<Option<Vec<f64>>> {
    input::sample("values", values, lags + 1)?;
    let deviations = deviations(values);
    let at = |lag: usize| deviations.iter().zip(&deviations[lag..]).map(|(a, b)| a * b).sum::<f64>();
    let total = at(0);
    Ok((total > 0.0).then(|| (1..=lags).map(|lag| at(lag) / total).collect()))
}

/// The values less their mean.
pub(super) fn deviations(values: &[f64]) -> Vec<f64> {
    let mean = mean(values).unwrap_or_default();
    values.iter().map(|value| value - mean).collect()
}

/// Ljung & Box' Q over a number of lags and its chi-squared p-value.
///
/// ```
/// use meshery_perf::stats::series::autocorrelation::LjungBox;
///
/// let ramp: Vec<f64> = (0..50).map(f64::from).collect();
/// assert!(LjungBox::of(&ramp, 5)?.unwrap().p < 1e-9);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LjungBox {
    /// The statistic.
    pub q: f64,
    /// The p-value of "no autocorrelation at any of the lags".
    pub p: f64,
}

impl LjungBox {
    /// The test; `None` when the series does not vary.
    ///
    /// # Errors
    /// As [`autocorrelation`], and for no lag at all.
    pub fn of(values: &[f64], lags: usize) -> Result<Option<Self>> {
        input::count("lags", lags, 1)?;
        let n = values.len() as f64;
        let Some(correlations) = autocorrelation(values, lags)? else { return Ok(None) };
        let sum: f64 = correlations.iter().zip(1..).map(|(r, lag)| r * r / (n - f64::from(lag))).sum();
        let q = n * (n + 2.0) * sum;
        Ok(special::chi_squared_upper(q, lags as f64).map(|p| Self { q, p }))
    }
}
