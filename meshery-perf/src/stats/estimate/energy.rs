//! The energy distance of two samples (Székely & Rizzo 2004): 2 E|X − Y| − E|X − X′| − E|Y − Y′| over all pairs, equal
//! ones included. A description of whole distributions.

use meshery_core::Result;

use crate::stats::input;

/// The distance in three forms.
///
/// ```
/// use meshery_perf::stats::estimate::energy::Energy;
///
/// let x = [1.0, 2.0, 3.0, 4.0, 5.0];
/// let energy = Energy::of(&x, &x.map(|x| x + 5.0))?;
/// assert!((energy.distance - 6.8).abs() < 1e-12 && (energy.statistic - 17.0).abs() < 1e-12);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Energy {
    /// The distance, in the unit of the values.
    pub distance: f64,
    /// The distance times nm / (n + m): the test statistic.
    pub statistic: f64,
    /// The distance over 2 E|X − Y|, 0..=1; 0 when all values are equal.
    pub inhomogeneity: f64,
}

impl Energy {
    /// The distance of two samples.
    ///
    /// # Errors
    /// `InvalidInput` for an empty sample and values that are not finite.
    pub fn of(x: &[f64], y: &[f64]) -> Result<Self> {
        input::two(x, y, 1)?;
        let (n, m) = (x.len() as f64, y.len() as f64);
        let within = |values: &[f64]| distances(&input::sorted(values));
        let (of_x, of_y) = (within(x), within(y));
        let between = (within(&[x, y].concat()) - of_x - of_y).max(0.0) / (n * m);
        let distance = (2.0 * between - 2.0 * of_x / (n * n) - 2.0 * of_y / (m * m)).max(0.0);
        let inhomogeneity = if between > 0.0 { distance / (2.0 * between) } else { 0.0 };
        Ok(Self { distance, statistic: n * m / (n + m) * distance, inhomogeneity })
    }
}

/// Σ over pairs of |a − b| of a sorted sample: each gap between neighbours counts for every pair around it.
fn distances(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    sorted.windows(2).zip(1..).map(|(pair, below)| (pair[1] - pair[0]) * (below * (n - below)) as f64).sum()
}
