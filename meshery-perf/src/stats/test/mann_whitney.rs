//! Mann & Whitney's test (1947): is a value of one sample more often larger than one of the other?

use meshery_core::Result;

use super::null_distribution::{EXACT, u_tails};
use super::{Alternative, two_sided};
use crate::stats::merge::{Group, groups, tie_sum};
use crate::stats::{input, special};

/// The two samples' U statistics. Ties count half.
///
/// ```
/// use meshery_perf::stats::test::{Alternative, mann_whitney::MannWhitney};
///
/// let test = MannWhitney::of(&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0])?;
/// assert_eq!((test.u_x, test.u_y), (0.0, 25.0));
/// assert!((test.p(Alternative::TwoSided) - 2.0 / 252.0).abs() < 1e-15);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MannWhitney {
    /// Pairs in which the baseline's value is the larger one.
    pub u_x: f64,
    /// Pairs in which the candidate's value is the larger one.
    pub u_y: f64,
    /// Whether values are shared.
    pub ties: bool,
    n: usize,
    m: usize,
    tie_sum: f64,
    /// The groups of equal values, kept for small samples only.
    groups: Vec<Group>,
}

impl MannWhitney {
    /// The statistics of two samples.
    ///
    /// # Errors
    /// `InvalidInput` for an empty sample and values that are not finite.
    pub fn of(x: &[f64], y: &[f64]) -> Result<Self> {
        input::two(x, y, 1)?;
        Ok(Self::of_sorted(&input::sorted(x), &input::sorted(y)))
    }

    pub(crate) fn of_sorted(x: &[f64], y: &[f64]) -> Self {
        let mut u_x = 0.0;
        let mut below = 0;
        for group in groups(x, y) {
            u_x += group.x as f64 * (below as f64 + group.y as f64 / 2.0);
            below += group.y;
        }
        let tie_sum = tie_sum(groups(x, y));
        let small = x.len() <= EXACT && y.len() <= EXACT;
        let groups = if small { groups(x, y).collect() } else { Vec::new() };
        let u_y = x.len() as f64 * y.len() as f64 - u_x;
        Self { u_x, u_y, ties: tie_sum > 0.0, n: x.len(), m: y.len(), tie_sum, groups }
    }

    /// The p-value: exact to 50 values a side, else asymptotic with continuity correction.
    pub fn p(&self, alternative: Alternative) -> f64 {
        self.p_exact(alternative).unwrap_or_else(|| self.p_asymptotic(alternative, true))
    }

    /// The exact p-value given the ties; `None` beyond 50 values a side.
    pub fn p_exact(&self, alternative: Alternative) -> Option<f64> {
        if self.groups.is_empty() {
            return None;
        }
        let (greater, less) = u_tails(&self.groups, self.n, self.u_x);
        Some(match alternative {
            Alternative::TwoSided => two_sided(greater, less),
            Alternative::Greater => greater,
            Alternative::Less => less,
        })
    }

    /// The p-value by the normal distribution with the correction for ties; 1 when all values are equal.
    pub fn p_asymptotic(&self, alternative: Alternative, continuity: bool) -> f64 {
        let (n, m) = (self.n as f64, self.m as f64);
        let all = n + m;
        let variance = n * m / 12.0 * ((all + 1.0) - self.tie_sum / (all * (all - 1.0)));
        if variance <= 0.0 {
            return 1.0;
        }
        let correction = if continuity { 0.5 } else { 0.0 };
        let tail = |u: f64| special::normal_upper((u - n * m / 2.0 - correction) / variance.sqrt());
        match alternative {
            Alternative::TwoSided => (2.0 * tail(self.u_x.max(self.u_y))).min(1.0),
            Alternative::Greater => tail(self.u_y),
            Alternative::Less => tail(self.u_x),
        }
    }

    /// The smallest two-sided p-value that samples of these sizes can reach: 0.1 at three runs a side.
    pub fn smallest_p(n: usize, m: usize) -> f64 {
        (2.0 / crate::stats::summary::combinations(n + m, n)).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hollander & Wolfe (1973), permeability of membranes, as in R's `?wilcox.test`: W = 35, p = 0.1272 for "greater".
    #[test]
    fn the_permeability_example() {
        let x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let y = [1.15, 0.88, 0.90, 0.74, 1.21];
        let test = MannWhitney::of(&x, &y).unwrap();
        assert!((test.u_x - 35.0).abs() < 1e-12);
        assert!((test.p(Alternative::Less) - 0.127_206_1).abs() < 1e-7, "{}", test.p(Alternative::Less));
    }

    #[test]
    fn nothing_to_see() {
        let same = MannWhitney::of(&[1.0; 6], &[1.0; 7]).unwrap();
        assert!((same.p(Alternative::TwoSided) - 1.0).abs() < 1e-12);
        let many = MannWhitney::of(&[1.0; 60], &[1.0; 70]).unwrap();
        assert!((many.p(Alternative::TwoSided) - 1.0).abs() < 1e-12 && many.p_exact(Alternative::Less).is_none());
        assert!((MannWhitney::of(&[1.0], &[2.0]).unwrap().p(Alternative::TwoSided) - 1.0).abs() < 1e-12);
        assert!((MannWhitney::smallest_p(3, 3) - 0.1).abs() < 1e-12);
    }

    proptest::proptest! {
        #[test]
        fn exchanged_arms_mirror_and_order_does_not_matter(
            x in proptest::collection::vec(0u8..20, 1..30), y in proptest::collection::vec(0u8..20, 1..30),
        ) {
            let floats = |values: &[u8]| values.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
            let (one, other) = (MannWhitney::of(&floats(&x), &floats(&y)).unwrap(), MannWhitney::of(&floats(&y), &floats(&x)).unwrap());
            for (a, b) in [(Alternative::TwoSided, Alternative::TwoSided), (Alternative::Greater, Alternative::Less)] {
                assert!((one.p(a) - other.p(b)).abs() < 1e-12);
            }
            let cubed = |values: &[u8]| values.iter().map(|value| f64::from(*value).powi(3)).collect::<Vec<_>>();
            let grown = MannWhitney::of(&cubed(&x), &cubed(&y)).unwrap();
            assert!((grown.p(Alternative::TwoSided) - one.p(Alternative::TwoSided)).abs() < 1e-12);
        }
    }
}
