//! One-sided budgets: "the mesh adds less than X at p99".

use meshery_core::Result;

use super::t::TEstimate;
use crate::stats::input;

/// How a difference stands to its budget.
///
/// ```
/// use meshery_perf::stats::test::{budget::Budget, welch::welch};
///
/// let added = welch(&[1.0, 1.1, 0.9, 1.0, 1.05], &[1.5, 1.6, 1.4, 1.5, 1.55])?;
/// assert_eq!(Budget::of(&added, 1.0, 0.05)?, Budget::Within);
/// assert_eq!(Budget::of(&added, 0.1, 0.05)?, Budget::Over);
/// assert_eq!(Budget::of(&added, 0.5, 0.05)?, Budget::Undecided);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// The upper limit of the difference lies below the budget.
    Within,
    /// The lower limit lies above it.
    Over,
    /// Neither.
    Undecided,
}

impl Budget {
    /// Holds the one-sided limits at 1 − `alpha` against a budget in the estimate's unit.
    ///
    /// # Errors
    /// `InvalidInput` for a budget that is not finite and alpha out of range.
    pub fn of(estimate: &TEstimate, budget: f64, alpha: f64) -> Result<Self> {
        input::sample("budget", &[budget], 1)?;
        input::share("alpha", alpha)?;
        let (lower, upper) = estimate.limits(1.0 - alpha);
        Ok(if upper < budget {
            Self::Within
        } else if lower > budget {
            Self::Over
        } else {
            Self::Undecided
        })
    }
}
