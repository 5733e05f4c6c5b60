//! Does the series wander? The augmented Dickey–Fuller test (1979) with a constant: Δyₜ = c + γ yₜ₋₁ + Σ δᵢ Δyₜ₋ᵢ + eₜ.
//!
//! A small p-value says "no unit root", which is less than "steady": series with a warm-up or a step pass it nearly
//! always. It informs; [`super::kpss`] and [`super::mann_kendall`] decide.

use meshery_core::Result;

use super::least_squares::Triangle;
use crate::stats::{input, special};

/// How many lagged differences the regression holds.
///
/// ```
/// use meshery_perf::stats::series::adf::Lags;
///
/// assert_ne!(Lags::Akaike, Lags::Fixed(4));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lags {
    /// The number with the least Akaike criterion, up to ⌈12 (n / 100)^¼⌉.
    Akaike,
    /// This many.
    Fixed(usize),
}

/// The test of a unit root.
///
/// ```
/// use meshery_perf::stats::series::adf::{Adf, Lags};
///
/// let noise: Vec<f64> = (0..200_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 16)).collect();
/// assert!(Adf::of(&noise, Lags::Akaike)?.unwrap().p < 0.01);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adf {
    /// The t statistic of γ.
    pub statistic: f64,
    /// MacKinnon's approximate p-value (1994).
    pub p: f64,
    /// Lagged differences in the regression.
    pub lags: usize,
    /// Observations in the regression.
    pub observations: usize,
    /// MacKinnon's critical values (2010) at 1, 5 and 10 %.
    pub critical: [f64; 3],
}

impl Adf {
    /// The test of a series; `None` when the regression has no answer, as for a series that does not vary.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than ten values, values that are not finite, and more lags than (n − 4) / 2.
    pub fn of(values: &[f64], lags: Lags) -> Result<Option<Self>> {
        input::sample("values", values, 10)?;
        let n = values.len();
        let lags = match lags {
            Lags::Akaike => {
                let most = ((12.0 * (n as f64 / 100.0).powf(0.25)).ceil() as usize).min(n / 2 - 2);
                best_lags(values, most)
            }
            Lags::Fixed(lags) => {
                input::count("values", n, lags.saturating_mul(2).saturating_add(4))?;
                lags
            }
        };
        let regression = regression(values, lags);
        let observations = n - 1 - lags;
        let statistic = regression.t_of_last();
        Ok(statistic.map(|statistic| Self {
            statistic,
            p: p(statistic),
            lags,
            observations,
            critical: critical(observations as f64),
        }))
    }
}

/// The regression's columns: the constant, the lagged differences, and the level last, where its t statistic is read.
fn regression(values: &[f64], lags: usize) -> Triangle {
    let differences: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let rows = differences.len() - lags;
    let mut columns = vec![vec![1.0; rows]];
    columns.extend((1..=lags).map(|lag| differences[lags - lag..][..rows].to_vec()));
    columns.push(values[lags..][..rows].to_vec());
    Triangle::of(columns, differences[lags..].to_vec())
}

/// All candidates see the same observations, those that the most lags leave.
fn best_lags(values: &[f64], most: usize) -> usize {
    let differences: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let rows = differences.len() - most;
    let mut columns = vec![vec![1.0; rows], values[most..][..rows].to_vec()];
    columns.extend((1..=most).map(|lag| differences[most - lag..][..rows].to_vec()));
    let triangle = Triangle::of(columns, differences[most..].to_vec());
    let criterion = |lags: usize| {
        let rows = rows as f64;
        rows * (triangle.residual_squares(lags + 2) / rows).ln() + 2.0 * (lags + 2) as f64
    };
    (0..=most).min_by(|a, b| criterion(*a).total_cmp(&criterion(*b))).unwrap_or(0)
}

/// MacKinnon (1994), one series with a constant.
fn p(statistic: f64) -> f64 {
    if statistic > 2.74 {
        return 1.0;
    }
    if statistic < -18.83 {
        return 0.0;
    }
    let t = statistic;
    let z = if t <= -1.61 {
        2.1659 + t * (1.4412 + t * 0.038_269)
    } else {
        1.7339 + t * (0.932_02 + t * (-0.127_45 - t * 0.010_368))
    };
    special::normal_upper(-z)
}

fn critical(observations: f64) -> [f64; 3] {
    let inverse = observations.recip();
    [[-3.43035, -6.5393, -16.786, -79.433], [-2.86154, -2.8903, -4.234, -40.040], [-2.56677, -1.5384, -2.809, 0.0]]
        .map(|[a, b, c, d]| a + inverse * (b + inverse * (c + inverse * d)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_and_short_series() {
        assert_eq!(Adf::of(&[1.0; 40], Lags::Akaike).unwrap(), None);
        assert!(Adf::of(&[1.0; 9], Lags::Akaike).is_err() && Adf::of(&[1.0; 10], Lags::Fixed(4)).is_err());
        let ramp: Vec<f64> = (0..40).map(f64::from).collect();
        assert!(Adf::of(&ramp, Lags::Fixed(2)).unwrap().is_none_or(|found| found.p.is_finite()));
    }

    #[test]
    fn the_two_polynomials_meet() {
        assert!((p(-1.61) - p(-1.609_999)).abs() < 2e-3 && p(3.0) > 0.999 && p(-19.0) < 1e-12);
    }
}
