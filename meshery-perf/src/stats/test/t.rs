//! What every t test has in common: an estimate, its standard error and its degrees of freedom.

use meshery_core::comparison::Interval;

use super::Alternative;
use crate::stats::special::{t_quantile, t_upper};

/// An estimated difference with a t distribution: p-values, intervals and equivalence follow from it.
///
/// ```
/// use meshery_perf::stats::test::{Alternative, welch::welch};
///
/// let test = welch(&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0])?;
/// assert!((test.estimate - 5.0).abs() < 1e-12 && test.p(Alternative::TwoSided) < 0.0011);
/// assert!(test.interval(0.95).low > 2.6 && test.equivalence(1.0).p() > 0.5);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TEstimate {
    /// Candidate minus baseline.
    pub estimate: f64,
    /// The standard error of the estimate; 0 when the samples have no spread.
    pub standard_error: f64,
    /// The degrees of freedom.
    pub degrees_of_freedom: f64,
    /// The smallest two-sided p-value that a permutation of these samples could reach. It stands in where the samples
    /// have no spread and t has no value.
    pub smallest_p: f64,
}

/// Two one-sided tests of equivalence (Schuirmann 1987).
///
/// ```
/// use meshery_perf::stats::test::welch::welch;
///
/// let same = welch(&[1.0, 1.1, 0.9, 1.0], &[1.0, 1.1, 0.9, 1.05])?.equivalence(0.5);
/// assert!(same.p() < 0.05);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Equivalence {
    /// The p-value against a difference of −margin or less.
    pub p_lower: f64,
    /// The p-value against a difference of +margin or more.
    pub p_upper: f64,
}

impl Equivalence {
    /// The p-value of the pair: equivalence is shown at α when this is below α.
    pub fn p(self) -> f64 {
        self.p_lower.max(self.p_upper)
    }
}

impl TEstimate {
    /// Whether the samples have any spread; without, intervals shrink to a point.
    pub fn has_spread(&self) -> bool {
        self.standard_error > 0.0
    }

    /// The test statistic; `None` without spread.
    pub fn t(&self) -> Option<f64> {
        self.t_against(0.0)
    }

    /// The p-value of "no difference".
    pub fn p(&self, alternative: Alternative) -> f64 {
        match alternative {
            Alternative::TwoSided => self.two_sided(),
            Alternative::Greater => self.p_above(0.0),
            Alternative::Less => self.p_below(0.0),
        }
    }

    /// The two-sided interval at this confidence, 0..1; what is nearer to 1 than 10⁻¹² counts as that.
    pub fn interval(&self, confidence: f64) -> Interval {
        let half = self.quantile(0.5 + held(confidence) / 2.0) * self.standard_error;
        Interval { low: self.estimate - half, high: self.estimate + half }
    }

    /// The one-sided limits at this confidence: the difference lies above the first; it lies below the second.
    pub fn limits(&self, confidence: f64) -> (f64, f64) {
        let half = self.quantile(held(confidence)) * self.standard_error;
        (self.estimate - half, self.estimate + half)
    }

    /// Whether the difference lies within ± `margin`.
    pub fn equivalence(&self, margin: f64) -> Equivalence {
        Equivalence { p_lower: self.p_above(-margin), p_upper: self.p_below(margin) }
    }

    fn two_sided(&self) -> f64 {
        match self.t() {
            Some(t) => (2.0 * t_upper(t.abs(), self.degrees_of_freedom)).min(1.0),
            None if self.estimate == 0.0 => 1.0,
            None => self.smallest_p,
        }
    }

    fn t_against(&self, value: f64) -> Option<f64> {
        self.has_spread().then(|| (self.estimate - value) / self.standard_error)
    }

    /// The p-value of the claim that the difference is above `value`.
    fn p_above(&self, value: f64) -> f64 {
        let t = self.t_against(value).map(|t| t_upper(t, self.degrees_of_freedom));
        t.unwrap_or_else(|| self.without_spread(self.estimate - value))
    }

    fn p_below(&self, value: f64) -> f64 {
        let t = self.t_against(value).map(|t| t_upper(-t, self.degrees_of_freedom));
        t.unwrap_or_else(|| self.without_spread(value - self.estimate))
    }

    fn without_spread(&self, distance: f64) -> f64 {
        if distance > 0.0 { self.smallest_p / 2.0 } else { 1.0 }
    }

    fn quantile(&self, p: f64) -> f64 {
        t_quantile(p, self.degrees_of_freedom)
    }
}

/// Within the range that has finite limits; what is no number asks for the widest.
fn held(confidence: f64) -> f64 {
    const MOST: f64 = 1.0 - 1e-12;
    if confidence < MOST { confidence.max(1e-12) } else { MOST }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_confidence_breaks_the_interval() {
        let estimate = TEstimate { estimate: 1.0, standard_error: 0.5, degrees_of_freedom: 1.0, smallest_p: 0.5 };
        let width = |confidence| estimate.interval(confidence).high - estimate.interval(confidence).low;
        for odd in [f64::NAN, 1.0, 7.0, f64::INFINITY] {
            assert!(width(odd).is_finite() && width(odd) >= width(0.999));
        }
        for none in [0.0, -3.0] {
            assert!(width(none) >= 0.0 && width(none) < 1e-9);
        }
        assert!(estimate.limits(0.0).0.is_finite() && estimate.limits(1.0).1.is_finite());
    }
}
