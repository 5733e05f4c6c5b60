//! Tests of a difference between two samples, one file each.

pub mod anderson_darling_two_sample;
pub mod brunner_munzel;
pub mod budget;
pub mod kolmogorov_smirnov;
pub mod mann_whitney;
pub(super) mod null_distribution;
pub mod paired_t;
pub mod permutation;
pub mod signed_rank;
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

/// Both tails of an exact distribution as one p-value.
fn two_sided(one: f64, other: f64) -> f64 {
    (2.0 * one.min(other)).min(1.0)
}
