//! Bootstrap intervals over whole runs. [`Resampled::expanded_percentile`] (Hesterberg 2015) is the one for few runs: the
//! percentile and BCa intervals miss in 7 to 14 % of cases at 5 to 10 runs instead of 5 %.

use meshery_core::comparison::Interval;
use meshery_core::{Error, ErrorKind, Result};

use super::quantile::{Definition, of_sorted};
use crate::rng::SplitMix64;
use crate::stats::{input, special};

/// How to resample.
///
/// ```
/// use meshery_perf::stats::estimate::bootstrap::{Bootstrap, difference_of_means};
///
/// let bootstrap = Bootstrap { resamples: 2000, seed: 1 };
/// let x = [10.0, 11.0, 10.5, 10.2, 10.8];
/// let resampled = bootstrap.independent(&x, &x.map(|x| x + 2.0), difference_of_means)?;
/// assert!((resampled.point - 2.0).abs() < 1e-12);
/// let interval = resampled.expanded_percentile(0.95)?;
/// assert!(interval.low < 2.0 && interval.high > 2.0);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// How many resamples; 9,999 or more for reports.
    pub resamples: usize,
    /// The seed; written into every result.
    pub seed: u64,
}

/// A statistic and its values on resamples.
///
/// ```
/// use meshery_perf::stats::estimate::bootstrap::Bootstrap;
///
/// let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
/// let resampled = Bootstrap { resamples: 500, seed: 1 }.paired(&[0.1, 0.3, 0.2, 0.2], mean)?;
/// assert!(resampled.percentile(0.9)?.low > 0.0);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Resampled {
    /// The statistic of the samples themselves.
    pub point: f64,
    sorted: Vec<f64>,
    /// The size of the smaller sample.
    n: usize,
    acceleration: f64,
}

impl Bootstrap {
    /// Resamples both samples independently.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than two values a side, values that are not finite, no resample at all, and a statistic
    /// that is not finite on a resample.
    pub fn independent(&self, x: &[f64], y: &[f64], statistic: impl Fn(&[f64], &[f64]) -> f64) -> Result<Resampled> {
        input::two(x, y, 2)?;
        let n = x.len().min(y.len());
        let mut rng = SplitMix64::new(self.seed);
        let (mut of_x, mut of_y) = (x.to_vec(), y.to_vec());
        let draw = || {
            resample(x, &mut of_x, &mut rng);
            resample(y, &mut of_y, &mut rng);
            statistic(&of_x, &of_y)
        };
        let left_out = [without_each(x, |x| statistic(x, y)), without_each(y, |y| statistic(x, y))];
        self.collect(statistic(x, y), draw, n, &left_out)
    }

    /// Resamples pairs, given as differences.
    ///
    /// # Errors
    /// As [`Bootstrap::independent`].
    pub fn paired(&self, differences: &[f64], statistic: impl Fn(&[f64]) -> f64) -> Result<Resampled> {
        input::sample("differences", differences, 2)?;
        let mut rng = SplitMix64::new(self.seed);
        let mut drawn = differences.to_vec();
        let draw = || {
            resample(differences, &mut drawn, &mut rng);
            statistic(&drawn)
        };
        let left_out = [without_each(differences, &statistic)];
        self.collect(statistic(differences), draw, differences.len(), &left_out)
    }

    fn collect(&self, point: f64, mut draw: impl FnMut() -> f64, n: usize, left_out: &[Vec<f64>]) -> Result<Resampled> {
        input::count("resamples", self.resamples, 1)?;
        let mut sorted: Vec<f64> = (0..self.resamples).map(|_| draw()).collect();
        if !point.is_finite() || sorted.iter().any(|value| !value.is_finite()) {
            return Err(
                Error::new(ErrorKind::InvalidInput, "the statistic is not finite on every resample").at("statistic")
            );
        }
        sorted.sort_unstable_by(f64::total_cmp);
        Ok(Resampled { point, sorted, n, acceleration: acceleration(left_out) })
    }
}

impl Resampled {
    /// Percentile interval. Too short for few runs.
    ///
    /// # Errors
    /// `InvalidInput` for a confidence out of range.
    pub fn percentile(&self, confidence: f64) -> Result<Interval> {
        input::share("confidence", confidence)?;
        let tail = (1.0 - confidence) / 2.0;
        Ok(self.between(tail, 1.0 - tail))
    }

    /// Percentile interval widened for the number of runs: tails Φ(−√(n / (n − 1)) t) with n − 1 degrees of freedom.
    ///
    /// # Errors
    /// As [`Resampled::percentile`].
    pub fn expanded_percentile(&self, confidence: f64) -> Result<Interval> {
        input::share("confidence", confidence)?;
        let n = self.n as f64;
        let t = special::t_quantile(0.5 + confidence / 2.0, n - 1.0);
        let tail = special::normal_upper((n / (n - 1.0)).sqrt() * t);
        Ok(self.between(tail, 1.0 - tail))
    }

    /// Basic interval: the percentile one mirrored at the point.
    ///
    /// # Errors
    /// As [`Resampled::percentile`].
    pub fn basic(&self, confidence: f64) -> Result<Interval> {
        let Interval { low, high } = self.percentile(confidence)?;
        Ok(Interval { low: 2.0 * self.point - high, high: 2.0 * self.point - low })
    }

    /// Bias-corrected and accelerated interval (Efron 1987); `None` when the point lies outside all resamples. Too short
    /// for few runs.
    ///
    /// # Errors
    /// As [`Resampled::percentile`].
    pub fn bias_corrected(&self, confidence: f64) -> Result<Option<Interval>> {
        input::share("confidence", confidence)?;
        let below = self.sorted.partition_point(|value| *value < self.point);
        let at_most = self.sorted.partition_point(|value| *value <= self.point);
        let share = (below + at_most) as f64 / (2 * self.sorted.len()) as f64;
        if share <= 0.0 || share >= 1.0 {
            return Ok(None);
        }
        let bias = special::normal_quantile(share);
        let tail = |z: f64| {
            let moved = bias + (bias + z) / (1.0 - self.acceleration * (bias + z));
            special::normal_upper(-moved)
        };
        let z = special::normal_quantile(0.5 + confidence / 2.0);
        Ok(Some(self.between(tail(-z), tail(z))))
    }

    fn between(&self, low: f64, high: f64) -> Interval {
        let at = |share| of_sorted(&self.sorted, share, Definition::Linear);
        Interval { low: at(low), high: at(high) }
    }
}

/// ȳ − x̄.
pub fn difference_of_means(x: &[f64], y: &[f64]) -> f64 {
    mean_of(y) - mean_of(x)
}

/// ln(ȳ / x̄).
pub fn log_ratio_of_means(x: &[f64], y: &[f64]) -> f64 {
    (mean_of(y) / mean_of(x)).ln()
}

/// The median of y less that of x.
pub fn difference_of_medians(x: &[f64], y: &[f64]) -> f64 {
    let median = |values: &[f64]| crate::stats::summary::median_of_sorted(&input::sorted(values));
    median(y) - median(x)
}

fn mean_of(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn resample(from: &[f64], to: &mut [f64], rng: &mut SplitMix64) {
    to.fill_with(|| from[rng.below(from.len() as u64) as usize]);
}

fn without_each(values: &[f64], statistic: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let mut rest = values[1..].to_vec();
    let mut found = vec![statistic(&rest)];
    for left_out in 1..values.len() {
        rest[left_out - 1] = values[left_out - 1];
        found.push(statistic(&rest));
    }
    found
}

/// Σ U³ / n³ over 6 (Σ U² / n²)^1.5 of the jackknife's influences; 0 where it has no value.
fn acceleration(samples: &[Vec<f64>]) -> f64 {
    let (mut cubes, mut squares) = (0.0, 0.0);
    for sample in samples {
        let (n, mean) = (sample.len() as f64, mean_of(sample));
        let influences = || sample.iter().map(move |value| (n - 1.0) * (mean - value));
        cubes += influences().map(|u| u * u * u).sum::<f64>() / (n * n * n);
        squares += influences().map(|u| u * u).sum::<f64>() / (n * n);
    }
    let acceleration = cubes / (6.0 * squares.powf(1.5));
    if acceleration.is_finite() { acceleration } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0], [2.0, 3.0, 5.0, 4.0]);
        let once = || Bootstrap { resamples: 300, seed: 9 }.independent(&x, &y, difference_of_means).unwrap();
        assert_eq!(once(), once());
    }

    #[test]
    fn expansion_is_hesterberg_s() {
        let resampled = Bootstrap { resamples: 4000, seed: 2 }.paired(&[1.0, 2.0, 3.0, 4.0, 9.0], mean_of).unwrap();
        let (plain, wide) = (resampled.percentile(0.95).unwrap(), resampled.expanded_percentile(0.95).unwrap());
        assert!(wide.low < plain.low && wide.high > plain.high);
        // Hesterberg (2015), table 5: at n = 5 the nominal 2.5 % become 0.05 to 0.1 %.
        let t = special::t_quantile(0.975, 4.0);
        assert!((special::normal_upper((5.0_f64 / 4.0).sqrt() * t) - 0.000_954).abs() < 1e-5);
    }

    #[test]
    fn what_cannot_be_resampled() {
        let bootstrap = Bootstrap { resamples: 100, seed: 1 };
        assert!(bootstrap.independent(&[1.0], &[1.0, 2.0], difference_of_means).is_err());
        assert!(bootstrap.independent(&[1.0, -1.0], &[1.0, 2.0], log_ratio_of_means).is_err());
        assert!(Bootstrap { resamples: 0, seed: 1 }.paired(&[1.0, 2.0], mean_of).is_err());
        let constant = bootstrap.paired(&[2.0; 5], mean_of).unwrap();
        let interval = constant.expanded_percentile(0.95).unwrap();
        assert!((interval.low - 2.0).abs() < 1e-12 && (interval.high - 2.0).abs() < 1e-12);
    }
}
