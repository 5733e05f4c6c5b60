//! Intervals that hold at every number of runs at once: look after each run, stop whenever.

use meshery_core::Result;
use meshery_core::comparison::Interval;

use crate::stats::{input, mean, standard_deviation};

/// A confidence sequence for the mean of paired differences.
///
/// ```
/// use meshery_perf::stats::sequential::confidence_sequence::ConfidenceSequence;
///
/// let sequence = ConfidenceSequence { alpha: 0.05, weight: 1.0 };
/// let steady = [0.101, 0.099, 0.102, 0.098, 0.100, 0.103, 0.097, 0.100, 0.101, 0.099];
/// assert!(sequence.t_mixture(&steady)?.unwrap().low > 0.0);
/// assert!(sequence.t_mixture(&steady[..2])?.is_none(), "two differences bound nothing for ever");
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfidenceSequence {
    /// The chance that any of the intervals ever misses the mean.
    pub alpha: f64,
    /// How many observations the mixture weighs as much as; small for large effects. 1 is a good default.
    pub weight: f64,
}

impl ConfidenceSequence {
    /// The normal mixture with the sample's own spread (Robbins 1970; Howard et al. 2021): half-width
    /// s √((n + r) / n² (ln((n + r) / r) + 2 ln(1 / α))). Below some ten differences the plugged-in spread is not exact.
    /// `None` below two differences.
    ///
    /// # Errors
    /// `InvalidInput` for differences that are not finite and settings out of range.
    pub fn normal_mixture(&self, differences: &[f64]) -> Result<Option<Interval>> {
        let (n, r) = self.check(differences)?;
        let logarithms = ((n + r) / r).ln() + 2.0 * self.alpha.recip().ln();
        Ok(around(differences, ((n + r) / (n * n) * logarithms).sqrt()))
    }

    /// The t mixture (Lai 1976; Wang & Ramdas 2024), exact for normal differences of unknown spread at every n. `None`
    /// while so few differences exclude nothing.
    ///
    /// # Errors
    /// As [`ConfidenceSequence::normal_mixture`].
    pub fn t_mixture(&self, differences: &[f64]) -> Result<Option<Interval>> {
        let (n, r) = self.check(differences)?;
        // The Bayes factor √(1 / A) ((1 + u) / (1 + u / A))^(n/2) of the mixture stays below 1 / α while the ratio in it
        // stays below this one; A = (n + r) / r, u = t² / (n − 1).
        let a = (n + r) / r;
        let ratio = (2.0 / n * (0.5 * a.ln() + self.alpha.recip().ln())).exp();
        if n < 2.0 || ratio >= a {
            return Ok(None);
        }
        let u = (ratio - 1.0) / (1.0 - ratio / a);
        Ok(around(differences, ((n - 1.0) * u / n).sqrt()))
    }

    fn check(&self, differences: &[f64]) -> Result<(f64, f64)> {
        input::sample("differences", differences, 0)?;
        input::share("alpha", self.alpha)?;
        input::positive("weight", self.weight)?;
        Ok((differences.len() as f64, self.weight))
    }
}

/// So many standard deviations to either side of the mean.
fn around(differences: &[f64], deviations: f64) -> Option<Interval> {
    let (centre, half) = (mean(differences)?, deviations * standard_deviation(differences)?);
    Some(Interval { low: centre - half, high: centre + half })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::SplitMix64;

    /// Looking after each of 60 differences, the sequence misses the mean in at most 5 % of cases.
    #[test]
    fn it_holds_at_every_look() {
        let mut rng = SplitMix64::new(4);
        let sequence = ConfidenceSequence { alpha: 0.05, weight: 1.0 };
        let misses = (0..400).filter(|_| {
            let differences: Vec<f64> = (0..60).map(|_| (0..12).map(|_| rng.unit()).sum::<f64>() - 6.0).collect();
            (2..=60)
                .any(|n| sequence.t_mixture(&differences[..n]).unwrap().is_some_and(|interval| !interval.contains(0.0)))
        });
        let misses = misses.count();
        // 5 % of 400 and three standard deviations more.
        assert!(misses <= 33, "{misses} of 400");
    }

    /// The half-width by hand for n = 4, r = 1, α = 0.05, s = 1: √(5/16 (ln 5 + 2 ln 20)).
    #[test]
    fn the_formula() {
        let half = (5.0 / 16.0 * (5.0_f64.ln() + 2.0 * 20.0_f64.ln())).sqrt();
        let differences = [-1.0, 1.0, -1.0, 1.0].map(|value: f64| value * 0.75_f64.sqrt());
        let interval = ConfidenceSequence { alpha: 0.05, weight: 1.0 }.normal_mixture(&differences).unwrap().unwrap();
        assert!((interval.high - half).abs() < 1e-12, "{interval:?} {half}");
        let empty = ConfidenceSequence { alpha: 0.05, weight: 1.0 }.normal_mixture(&[]).unwrap();
        assert_eq!(empty, None);
    }
}
