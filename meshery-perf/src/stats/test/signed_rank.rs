//! Wilcoxon's signed-rank test of paired differences (1945). Zero differences are left out, as Wilcoxon did.

use meshery_core::Result;

use super::null_distribution::{EXACT, signed_rank_tails};
use super::{Alternative, two_sided};
use crate::stats::rank::Ranks;
use crate::stats::{input, special};

/// The rank sums of positive and negative differences.
///
/// ```
/// use meshery_perf::stats::test::{Alternative, signed_rank::SignedRank};
///
/// let test = SignedRank::of(&[1.2, 2.4, 1.3, 1.4, 0.0, 1.0])?;
/// assert_eq!((test.positive, test.negative, test.n), (15.0, 0.0, 5));
/// assert!((test.p(Alternative::TwoSided) - 2.0 / 32.0).abs() < 1e-15);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SignedRank {
    /// The ranks of differences above zero, summed.
    pub positive: f64,
    /// The ranks of differences below zero, summed.
    pub negative: f64,
    /// Differences that are not zero.
    pub n: usize,
    /// Whether differences share a size.
    pub ties: bool,
    tie_sum: f64,
    doubled: Vec<usize>,
}

impl SignedRank {
    /// The statistics of differences, candidate minus baseline.
    ///
    /// # Errors
    /// `InvalidInput` for no difference at all and values that are not finite.
    pub fn of(differences: &[f64]) -> Result<Self> {
        input::sample("differences", differences, 1)?;
        let moved: Vec<f64> = differences.iter().copied().filter(|difference| *difference != 0.0).collect();
        let ranks = Ranks::new(&moved.iter().map(|difference| difference.abs()).collect::<Vec<_>>());
        let signed = || moved.iter().zip(&ranks.of);
        Ok(Self {
            positive: signed().filter(|(difference, _)| **difference > 0.0).map(|(_, rank)| rank).sum(),
            negative: signed().filter(|(difference, _)| **difference < 0.0).map(|(_, rank)| rank).sum(),
            n: moved.len(),
            ties: ranks.has_ties(),
            tie_sum: ranks.tie_sum(),
            doubled: ranks.of.iter().map(|rank| (2.0 * rank).round() as usize).collect(),
        })
    }

    /// The p-value: exact to 50 differences, else asymptotic with continuity correction.
    pub fn p(&self, alternative: Alternative) -> f64 {
        self.p_exact(alternative).unwrap_or_else(|| self.p_asymptotic(alternative))
    }

    /// The exact p-value given the ties; `None` beyond 50 differences.
    pub fn p_exact(&self, alternative: Alternative) -> Option<f64> {
        if self.n > EXACT {
            return None;
        }
        let (less, greater) = signed_rank_tails(&self.doubled, self.positive);
        Some(match alternative {
            Alternative::TwoSided => two_sided(greater, less),
            Alternative::Greater => greater,
            Alternative::Less => less,
        })
    }

    /// The p-value by the normal distribution with corrections for ties and continuity; 1 when nothing differs.
    pub fn p_asymptotic(&self, alternative: Alternative) -> f64 {
        let n = self.n as f64;
        let mean = n * (n + 1.0) / 4.0;
        let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - self.tie_sum / 48.0;
        if variance <= 0.0 {
            return 1.0;
        }
        let tail = |w: f64| special::normal_upper((w - mean - 0.5) / variance.sqrt());
        match alternative {
            Alternative::TwoSided => (2.0 * tail(self.positive.max(self.negative))).min(1.0),
            Alternative::Greater => tail(self.positive),
            Alternative::Less => tail(self.negative),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hollander & Wolfe (1973), depression scores, as in R's `?wilcox.test`: V = 40, p = 0.01953 for "greater".
    #[test]
    #[expect(clippy::approx_constant, reason = "a measured 3.14")]
    fn the_depression_example() {
        let x = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
        let y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
        let differences: Vec<f64> = x.iter().zip(&y).map(|(x, y)| x - y).collect();
        let test = SignedRank::of(&differences).unwrap();
        assert!((test.positive - 40.0).abs() < 1e-12);
        assert!((test.p(Alternative::Greater) - 0.019_531_25).abs() < 1e-12);
    }

    #[test]
    fn nothing_differs() {
        let none = SignedRank::of(&[0.0; 5]).unwrap();
        assert_eq!((none.n, none.p(Alternative::TwoSided), none.p_asymptotic(Alternative::TwoSided)), (0, 1.0, 1.0));
    }

    proptest::proptest! {
        #[test]
        fn turned_signs_mirror(values in proptest::collection::vec(-9i8..9, 1..40)) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let turned: Vec<f64> = values.iter().map(|value| -value).collect();
            let (one, other) = (SignedRank::of(&values).unwrap(), SignedRank::of(&turned).unwrap());
            assert!((one.p(Alternative::Greater) - other.p(Alternative::Less)).abs() < 1e-12);
            assert!((one.p_asymptotic(Alternative::TwoSided) - other.p_asymptotic(Alternative::TwoSided)).abs() < 1e-12);
        }
    }
}
