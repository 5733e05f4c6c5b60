//! Tests of a difference between two samples, one file each.

pub mod paired_t;
pub mod t;
pub mod welch;

/// Which deviation from "no difference" counts. The sides are about the candidate `y` relative to the baseline `x`.
///
/// ```
/// use meshery_perf::stats::test::Alternative;
///
/// assert_ne!(Alternative::Greater, Alternative::TwoSided);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alternative {
    /// Larger or smaller.
    TwoSided,
    /// The candidate is larger.
    Greater,
    /// The candidate is smaller.
    Less,
}
