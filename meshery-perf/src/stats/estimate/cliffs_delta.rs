//! Cliff's delta (1993) and A₁₂ (Vargha & Delaney 2000): how often the candidate's value is the larger one.

use meshery_core::Result;

use crate::stats::input;
use crate::stats::test::mann_whitney::MannWhitney;

/// The two measures say the same on different scales.
///
/// ```
/// use meshery_perf::stats::estimate::cliffs_delta::Dominance;
///
/// let dominance = Dominance::of(&[1.0, 2.0, 3.0], &[2.0, 3.0, 4.0])?;
/// assert!((dominance.delta - 5.0 / 9.0).abs() < 1e-12 && (dominance.a12 - 7.0 / 9.0).abs() < 1e-12);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dominance {
    /// P(y > x) − P(y < x), −1..=1.
    pub delta: f64,
    /// P(y > x) + ½ P(y = x), 0..=1.
    pub a12: f64,
}

impl Dominance {
    /// The dominance of the candidate `y` over the baseline `x`.
    ///
    /// # Errors
    /// `InvalidInput` for an empty sample and values that are not finite.
    pub fn of(x: &[f64], y: &[f64]) -> Result<Self> {
        input::two(x, y, 1)?;
        let test = MannWhitney::of(x, y)?;
        let pairs = x.len() as f64 * y.len() as f64;
        Ok(Self { delta: (test.u_y - test.u_x) / pairs, a12: test.u_y / pairs })
    }
}
