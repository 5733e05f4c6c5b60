//! A series of releases: its noise, and what the next value may be. A value outside is a suspicion, no verdict; that takes
//! runs of both releases.

use meshery_core::Result;
use meshery_core::comparison::Interval;

use crate::stats::summary::Summary;
use crate::stats::{input, special};

/// The median size of steps from one value to the next: what this series does without any cause.
///
/// # Errors
/// `InvalidInput` for fewer than two values and values that are not finite.
///
/// ```
/// let floor = meshery_perf::stats::series::baseline::noise_floor(&[1.0, 1.2, 1.1, 1.1, 9.0])?;
/// assert!((floor - 0.15).abs() < 1e-12);
/// # Ok::<(), meshery_core::Error>(())
/// ```
pub fn noise_floor(values: &[f64]) -> Result<f64> {
    input::sample("values", values, 2)?;
    let mut steps: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    steps.sort_unstable_by(f64::total_cmp);
    Ok(crate::stats::summary::median_of_sorted(&steps))
}

/// Where one more value of the same kind falls at this confidence: mean ± t s √(1 + 1/n). `None` when the values do not
/// vary.
///
/// # Errors
/// `InvalidInput` for fewer than two values, values that are not finite, and a confidence out of range.
///
/// ```
/// let next = meshery_perf::stats::series::baseline::prediction(&[10.0, 10.4, 9.8, 10.1, 9.9], 0.95)?.unwrap();
/// assert!(next.contains(10.5) && !next.contains(11.0));
/// # Ok::<(), meshery_core::Error>(())
/// ```
pub fn prediction(values: &[f64], confidence: f64) -> Result<Option<Interval>> {
    input::sample("values", values, 2)?;
    input::share("confidence", confidence)?;
    let summary = Summary::of(values)?;
    let Some(variance) = summary.variance.filter(|variance| *variance > 0.0) else { return Ok(None) };
    let n = summary.n as f64;
    let half = special::t_quantile(0.5 + confidence / 2.0, n - 1.0) * (variance * (1.0 + 1.0 / n)).sqrt();
    Ok(Some(Interval { low: summary.mean - half, high: summary.mean + half }))
}

/// The two-sided p-value of a next value under the same law as [`prediction`]. `None` when the values do not vary.
///
/// # Errors
/// `InvalidInput` for fewer than two values, and values that are not finite.
///
/// ```
/// let p = meshery_perf::stats::series::baseline::surprise(&[10.0, 10.4, 9.8, 10.1, 9.9], 11.0)?.unwrap();
/// assert!(p < 0.05);
/// # Ok::<(), meshery_core::Error>(())
/// ```
pub fn surprise(values: &[f64], next: f64) -> Result<Option<f64>> {
    input::sample("values", values, 2)?;
    input::sample("next", &[next], 1)?;
    let summary = Summary::of(values)?;
    let Some(variance) = summary.variance.filter(|variance| *variance > 0.0) else { return Ok(None) };
    let n = summary.n as f64;
    let t = (next - summary.mean).abs() / (variance * (1.0 + 1.0 / n)).sqrt();
    Ok(Some(f64::min(2.0 * special::t_upper(t, n - 1.0), 1.0)))
}

/// The indexes of values farther than five median distances from the median. They are flagged, never left out for that.
///
/// # Errors
/// `InvalidInput` for an empty sample and values that are not finite.
///
/// ```
/// let flagged = meshery_perf::stats::series::baseline::outliers(&[1.0, 1.1, 0.9, 1.0, 1.2, 5.0])?;
/// assert_eq!(flagged, [5]);
/// # Ok::<(), meshery_core::Error>(())
/// ```
pub fn outliers(values: &[f64]) -> Result<Vec<usize>> {
    let summary = Summary::of(values)?;
    let far = |value: f64| summary.mad > 0.0 && (value - summary.median).abs() > 5.0 * summary.mad;
    Ok((0..values.len()).filter(|index| far(values[*index])).collect())
}
