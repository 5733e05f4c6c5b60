//! The shift function: how much the candidate differs at each quantile, with bands that hold at all of them at once
//! (Doksum 1974; Rousselet & Wilcox 2020). Runs are the replicates, so runs are resampled, never requests.

use meshery_core::comparison::Interval;
use meshery_core::{Error, Result};

use super::harrell_davis::HarrellDavis;
use super::quantile::{Definition, of_sorted};
use crate::rng::SplitMix64;
use crate::stats::{input, mean, special, standard_deviation};

/// The deciles and the tail.
pub const QUANTILES: [f64; 12] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999];

/// The difference at one quantile.
///
/// ```
/// use meshery_perf::stats::estimate::shift_function::shift_function;
///
/// let runs = |by: f64| (0..6).map(|run| vec![1.0 + 0.01 * f64::from(run) + by, 2.0 + by]).collect::<Vec<_>>();
/// let shifts = shift_function(&runs(0.0), &runs(0.5), 0.95, 1)?;
/// assert!((shifts[0].shift - 0.5).abs() < 1e-12 && shifts[0].band.unwrap().low > 0.4);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shift {
    /// The mean over the candidate's runs less that over the baseline's.
    pub shift: f64,
    /// The simultaneous band; `None` when the runs do not vary there.
    pub band: Option<Interval>,
}

/// Resamples for the width of the bands.
const RESAMPLES: usize = 2000;

/// The shift at every column of two tables: one row a run, one column a quantile (see [`per_run`]). Bands at this
/// confidence for all columns at once, widened for few runs as in
/// [`Resampled::expanded_percentile`](super::bootstrap::Resampled::expanded_percentile).
///
/// # Errors
/// `InvalidInput` for fewer than two runs a side, rows of different lengths, values that are not finite, and a confidence
/// out of range.
pub fn shift_function(x: &[Vec<f64>], y: &[Vec<f64>], confidence: f64, seed: u64) -> Result<Vec<Shift>> {
    input::share("confidence", confidence)?;
    let (x, y) = (columns("x", x)?, columns("y", y)?);
    if x.len() != y.len() {
        return Err(Error::invalid("y", "another number of quantiles")
            .expected(x.len().to_string())
            .found(y.len().to_string()));
    }
    let shift = |x: &[f64], y: &[f64]| mean(y).unwrap_or_default() - mean(x).unwrap_or_default();
    let shifts: Vec<f64> = x.iter().zip(&y).map(|(x, y)| shift(x, y)).collect();
    let errors: Vec<f64> = x.iter().zip(&y).map(|(x, y)| standard_error(x, y)).collect();
    let Some((n, m)) = x.first().zip(y.first()).map(|(x, y)| (x.len(), y.len())) else { return Ok(Vec::new()) };
    let mut rng = SplitMix64::new(seed);
    let mut draw = |size: usize| -> Vec<usize> { (0..size).map(|_| rng.below(size as u64) as usize).collect() };
    let mut farthest: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let (of_x, of_y) = (draw(n), draw(m));
            let moved = |column: usize| {
                let pick = |values: &[f64], rows: &[usize]| rows.iter().map(|row| values[*row]).collect::<Vec<_>>();
                (shift(&pick(&x[column], &of_x), &pick(&y[column], &of_y)) - shifts[column]).abs() / errors[column]
            };
            (0..shifts.len()).filter(|column| errors[*column] > 0.0).map(moved).fold(0.0, f64::max)
        })
        .collect();
    farthest.sort_unstable_by(f64::total_cmp);
    let width = of_sorted(&farthest, confidence, Definition::Linear) * expansion(n.min(m) as f64, confidence);
    let band = |(shift, error): (f64, f64)| {
        let half = width * error;
        Shift { shift, band: (error > 0.0).then_some(Interval { low: shift - half, high: shift + half }) }
    };
    Ok(shifts.into_iter().zip(errors).map(band).collect())
}

/// The Harrell–Davis quantiles of each run's values, one row a run.
///
/// # Errors
/// `InvalidInput` for an empty run, values that are not finite, and quantiles out of range.
pub fn per_run(runs: &[Vec<f64>], quantiles: &[f64]) -> Result<Vec<Vec<f64>>> {
    let of_run = |(index, run): (usize, &Vec<f64>)| -> Result<Vec<f64>> {
        input::sample(&format!("[{index}]"), run, 1)?;
        let sorted = input::sorted(run);
        quantiles.iter().map(|q| Ok(HarrellDavis::new(sorted.len(), *q)?.of_sorted(&sorted))).collect()
    };
    runs.iter().enumerate().map(of_run).map(|row| row.map_err(|error: Error| error.at("runs"))).collect()
}

/// One column a quantile, of runs that agree in length.
fn columns(place: &str, runs: &[Vec<f64>]) -> Result<Vec<Vec<f64>>> {
    input::count(place, runs.len(), 2)?;
    let width = runs[0].len();
    for (index, run) in runs.iter().enumerate() {
        input::sample(&format!("{place}[{index}]"), run, width)?;
        if run.len() != width {
            return Err(Error::invalid(format!("{place}[{index}]"), "another number of quantiles")
                .expected(width.to_string())
                .found(run.len().to_string()));
        }
    }
    Ok((0..width).map(|column| runs.iter().map(|run| run[column]).collect()).collect())
}

fn standard_error(x: &[f64], y: &[f64]) -> f64 {
    let of_mean = |values: &[f64]| standard_deviation(values).unwrap_or_default().powi(2) / values.len() as f64;
    (of_mean(x) + of_mean(y)).sqrt()
}

/// How much longer an interval from n runs must be than resampling makes it.
fn expansion(n: f64, confidence: f64) -> f64 {
    let upper = 0.5 + confidence / 2.0;
    (n / (n - 1.0)).sqrt() * special::t_quantile(upper, n - 1.0) / special::normal_quantile(upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(rng: &mut SplitMix64) -> f64 {
        (0..12).map(|_| rng.unit()).sum::<f64>() - 6.0
    }

    /// Twelve correlated quantiles, ten runs, no difference: any band excludes zero in at most 5 % of cases.
    #[test]
    fn the_bands_hold_all_at_once() {
        let mut rng = SplitMix64::new(3);
        let mut arm = || -> Vec<Vec<f64>> {
            (0..10)
                .map(|_| {
                    let run = noise(&mut rng);
                    (0..12).map(|_| 100.0 + run + noise(&mut rng)).collect()
                })
                .collect()
        };
        let misses = (0..60).filter(|seed| {
            let shifts = shift_function(&arm(), &arm(), 0.95, *seed).unwrap();
            shifts.iter().any(|shift| !shift.band.unwrap().contains(0.0))
        });
        let misses = misses.count();
        // 5 % of 60 and three standard deviations more.
        assert!(misses <= 8, "{misses} of 60");
    }

    #[test]
    fn tables_must_fit() {
        let row = |n: usize| vec![1.0; n];
        assert!(shift_function(&[row(2)], &[row(2), row(2)], 0.95, 1).is_err());
        assert!(shift_function(&[row(2), row(3)], &[row(2), row(2)], 0.95, 1).is_err());
        assert!(shift_function(&[row(2), row(2)], &[row(3), row(3)], 0.95, 1).is_err());
        let constant = shift_function(&[row(2), row(2)], &[row(2), row(2)], 0.95, 1).unwrap();
        assert!(constant.iter().all(|shift| shift.band.is_none() && shift.shift.abs() < 1e-12));
        assert!(per_run(&[vec![]], &QUANTILES).is_err());
        assert_eq!(per_run(&[vec![1.0, 2.0]], &[0.5]).unwrap().len(), 1);
    }
}
