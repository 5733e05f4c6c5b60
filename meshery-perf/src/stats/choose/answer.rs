//! What a comparison answers.

use meshery_core::comparison::Interval;

use super::{Comparison, Design};
use crate::stats::plan::power::{self, Plan};
use crate::stats::test::Alternative::TwoSided;
use crate::stats::test::t::TEstimate;

/// A second opinion on the same question.
///
/// ```
/// use meshery_perf::stats::choose::Companion;
///
/// let companion = Companion { name: "sign flips", p: Some(0.03), interval: None };
/// assert!(companion.p.unwrap() < 0.05);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Companion {
    /// The method.
    pub name: &'static str,
    /// Its two-sided p-value.
    pub p: Option<f64>,
    /// Its 95 % interval, on the scale of the estimate.
    pub interval: Option<Interval>,
}

/// What to keep in mind about an answer.
///
/// ```
/// use meshery_perf::stats::choose::Warning;
///
/// assert_eq!(Warning::MethodDisagreement.code(), "method_disagreement");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Warning {
    /// The runs are in an order that drift can imitate.
    Confounded,
    /// The mean and the median of differences point in opposite directions.
    MethodDisagreement,
    /// A run lies farther than five median distances from its arm's median. It counts; look at why.
    Outlier,
    /// No data of this size could make the rank test's p-value 0.05 or less.
    RanksCannotReach,
    /// Nothing varies, so the p-value is that of the rearrangements.
    ZeroVariance,
}

impl Warning {
    /// The stable code, as results write it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Confounded => "confounded",
            Self::MethodDisagreement => "method_disagreement",
            Self::Outlier => "outlier",
            Self::RanksCannotReach => "ranks_cannot_reach",
            Self::ZeroVariance => "zero_variance",
        }
    }
}

/// The comparison's answer.
///
/// ```
/// use meshery_perf::stats::choose::{Comparison, Design, Scale, Warning};
///
/// let comparison = Comparison { design: Design::Ordered, scale: Scale::Difference, resamples: 0, seed: 1 };
/// let answer = comparison.of(&[1.0, 2.0, 3.0], &[2.0, 3.0, 4.0])?;
/// assert_eq!((answer.method, answer.runs), ("Welch", (3, 3)));
/// assert_eq!(answer.warnings, [Warning::Confounded, Warning::RanksCannotReach]);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// How the question was put.
    pub comparison: Comparison,
    /// The primary method.
    pub method: &'static str,
    /// Runs of the baseline and of the candidate.
    pub runs: (usize, usize),
    /// The estimate with its distribution, on the scale of the test: logarithms for ratios.
    pub estimate: TEstimate,
    /// Robust methods beside it.
    pub companions: Vec<Companion>,
    /// Hodges & Lehmann's shift, on the scale of the estimate.
    pub shift: f64,
    /// How often the candidate is larger, −1..=1.
    pub cliffs_delta: f64,
    /// What to keep in mind, sorted.
    pub warnings: Vec<Warning>,
}

impl Answer {
    /// The two-sided p-value of the primary test.
    pub fn p(&self) -> f64 {
        self.estimate.p(TwoSided)
    }

    /// The change as reports give it: relative for ratios, 0.05 being +5 %.
    pub fn change(&self) -> f64 {
        self.comparison.scale.report(self.estimate.estimate)
    }

    /// The interval of the change at this confidence.
    pub fn interval(&self, confidence: f64) -> Interval {
        let Interval { low, high } = self.estimate.interval(confidence);
        let report = |value| self.comparison.scale.report(value);
        Interval { low: report(low), high: report(high) }
    }

    /// The noise between runs as a plan for further ones, with the equal number of runs an arm that this comparison is
    /// worth; `None` when nothing varies.
    pub fn plan(&self, alpha: f64) -> Option<(Plan, f64)> {
        let (n, m) = (self.runs.0 as f64, self.runs.1 as f64);
        let paired = self.comparison.design == Design::Paired;
        let (design, runs) =
            if paired { (power::Design::Paired, n) } else { (power::Design::Unpaired, 2.0 * n * m / (n + m)) };
        let arms = if paired { 1.0 } else { 2.0 };
        let sd = self.estimate.standard_error * (runs / arms).sqrt();
        self.estimate.has_spread().then_some((Plan { sd, alpha, design }, runs))
    }
}
