//! Where the warm-up ends: MSER-5 (White 1997; Hoad et al. 2010). Of all cuts in the first half it takes the one after
//! which the mean is known best, over means of five values each.

use meshery_core::Result;

use super::autocorrelation::deviations;
use crate::stats::input;

const BATCH: usize = 5;

/// Below this many values a limit of half the series is reached by chance too often (9 % at 60).
pub const ADVISED: usize = 120;

/// The cut.
///
/// ```
/// use meshery_perf::stats::series::mser::Mser;
///
/// let warm_up: Vec<f64> = (0..200_u32).map(|i| 10.0 * (-f64::from(i) / 8.0).exp() + f64::from(i % 3)).collect();
/// let cut = Mser::of(&warm_up)?;
/// assert!(cut.truncation > 10 && cut.truncation < 80 && !cut.at_limit);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mser {
    /// Whole batches of five.
    pub batches: usize,
    /// Batches to leave out.
    pub cut: usize,
    /// Values to leave out.
    pub truncation: usize,
    /// The squared error of the mean after the cut.
    pub error: f64,
    /// The same without a cut.
    pub error_uncut: f64,
    /// The best cut is the last one allowed: the series has not settled.
    pub at_limit: bool,
}

impl Mser {
    /// The best cut, the earliest of equals.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than two batches of five values and values that are not finite.
    pub fn of(values: &[f64]) -> Result<Self> {
        input::sample("values", values, 2 * BATCH)?;
        let means: Vec<f64> =
            values.chunks_exact(BATCH).map(|batch| batch.iter().sum::<f64>() / BATCH as f64).collect();
        let errors: Vec<f64> = (0..=means.len() / 2).map(|cut| squared_error(&means[cut..])).collect();
        let (cut, error) = errors.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).unwrap_or((0, &0.0));
        Ok(Self {
            batches: means.len(),
            cut,
            truncation: cut * BATCH,
            error: *error,
            error_uncut: errors[0],
            at_limit: cut == means.len() / 2,
        })
    }
}

fn squared_error(rest: &[f64]) -> f64 {
    let n = rest.len() as f64;
    deviations(rest).iter().map(|deviation| deviation * deviation).sum::<f64>() / (n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_cut_where_it_is() {
        let values: Vec<f64> = (0..100).map(|i| if i < 20 { 5.0 } else { 1.0 + f64::from(i % 2) * 0.01 }).collect();
        assert_eq!(Mser::of(&values).unwrap().truncation, 20);
    }

    #[test]
    fn a_series_that_settles_late_is_at_the_limit() {
        let values: Vec<f64> = (0..100).map(|i| if i < 80 { 100.0 - f64::from(i) } else { 20.0 }).collect();
        assert!(Mser::of(&values).unwrap().at_limit);
        assert!(Mser::of(&[1.0; 9]).is_err());
        assert_eq!(Mser::of(&[1.0; 40]).unwrap().cut, 0);
    }
}
