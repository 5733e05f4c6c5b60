//! How many independent values an autocorrelated series is worth, by batch means: the variance of means of √n
//! neighbours against what independent values would give.

use meshery_core::Result;

use crate::stats::{input, standard_deviation};

/// The loss to autocorrelation.
///
/// ```
/// use meshery_perf::stats::series::effective_sample_size::EffectiveSampleSize;
///
/// let slow: Vec<f64> = (0..400).map(|i| (f64::from(i) / 60.0).sin()).collect();
/// assert!(EffectiveSampleSize::of(&slow)?.unwrap().size < 40.0);
/// assert!(EffectiveSampleSize::of(&[1.0; 400])?.is_none());
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectiveSampleSize {
    /// Values in a batch: ⌊√n⌋.
    pub batch: usize,
    /// Whole batches.
    pub batches: usize,
    /// The batch size times the variance of batch means: n times the variance of the series' mean.
    pub variance_of_mean: f64,
    /// The variance of single values.
    pub variance: f64,
    /// The first over the second: 1 for independent values, more under positive autocorrelation.
    pub inefficiency: f64,
    /// n over the inefficiency.
    pub size: f64,
}

impl EffectiveSampleSize {
    /// The measure; `None` when the values or the batch means do not vary.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than four values and values that are not finite.
    pub fn of(values: &[f64]) -> Result<Option<Self>> {
        input::sample("values", values, 4)?;
        let batch = values.len().isqrt();
        let means: Vec<f64> =
            values.chunks_exact(batch).map(|batch| batch.iter().sum::<f64>() / batch.len() as f64).collect();
        let variance = |values: &[f64]| standard_deviation(values).map_or(0.0, |deviation| deviation * deviation);
        let (variance_of_mean, variance) = (batch as f64 * variance(&means), variance(values));
        let inefficiency = variance_of_mean / variance;
        Ok((variance > 0.0 && inefficiency > 0.0).then(|| Self {
            batch,
            batches: means.len(),
            variance_of_mean,
            variance,
            inefficiency,
            size: values.len() as f64 / inefficiency,
        }))
    }
}
