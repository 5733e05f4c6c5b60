//! From an answer to a verdict: the rules in one place, pure.
//!
//! 0. `invalid` when a validity gate failed. An order that drift can imitate, or fewer than five runs: at best
//!    `inconclusive`.
//! 1. `equivalent` when the 90 % interval lies within the margin; `detectable` when the 95 % interval excludes zero all the
//!    same.
//! 2. `regressed` or `improved` when it is not, the 95 % interval excludes zero and the corrected p-value is at most α;
//!    `beyond_margin` when the whole interval lies beyond the margin.
//! 3. `inconclusive` otherwise, with what would have shown and how many runs would settle it.
//!
//! At α = 0.05: P(regressed | no difference) ≤ 2.5 %, P(improved | no difference) ≤ 2.5 %, P(equivalent | a difference of
//! the margin) ≤ 5 %.

use meshery_core::comparison::Interval;
use meshery_core::{Result, Verdict};

use super::choose::Answer;
use super::input;

/// Below this many runs a side nothing is claimed.
pub const HARD_MINIMUM: usize = 5;

/// The power at which "would have shown" and "would settle it" are stated.
const POWER: f64 = 0.8;

/// The rules' figures.
///
/// ```
/// use meshery_perf::stats::verdict::Rules;
///
/// let rules = Rules { margin: Rules::margin(0.05, 0.1e-3, Some(1e-3)), ..Rules::default() };
/// assert!((rules.margin - 0.1).abs() < 1e-12, "0.1 ms is 10 % of 1 ms");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// The error rate.
    pub alpha: f64,
    /// Differences within ± this are negligible: relative for ratios, else in the metric's unit.
    pub margin: f64,
    /// Runs a side below which a verdict carries a warning.
    pub min_runs: usize,
    /// As for throughput.
    pub higher_is_better: bool,
}

impl Default for Rules {
    /// 5 %, a margin of 5 %, ten runs, lower is better.
    fn default() -> Self {
        Self { alpha: 0.05, margin: 0.05, min_runs: 10, higher_is_better: false }
    }
}

impl Rules {
    /// A relative margin that is never below an absolute floor, given the baseline's value in the floor's unit.
    pub fn margin(relative: f64, floor: f64, baseline: Option<f64>) -> f64 {
        baseline.filter(|value| *value > 0.0).map_or(relative, |value| relative.max(floor / value))
    }
}

/// Why a verdict is not more than it is.
///
/// ```
/// use meshery_perf::stats::verdict::Cause;
///
/// assert_eq!(Cause::TooFewRuns.code(), "too_few_runs");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Drift could imitate the difference.
    Confounded,
    /// A verdict, from fewer runs than the rules ask for.
    FewRuns,
    /// A validity gate failed.
    Invalid,
    /// The data show neither a difference nor its absence.
    NotSettled,
    /// Fewer than five runs.
    TooFewRuns,
}

impl Cause {
    /// The stable code, as results write it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Confounded => "confounded",
            Self::FewRuns => "few_runs",
            Self::Invalid => "invalid",
            Self::NotSettled => "not_settled_by_these_runs",
            Self::TooFewRuns => "too_few_runs",
        }
    }
}

/// The verdict and what goes with it.
///
/// ```
/// use meshery_core::Verdict;
/// use meshery_perf::stats::choose::{Comparison, Design, Scale};
/// use meshery_perf::stats::verdict::{Rules, judge};
///
/// let comparison = Comparison { design: Design::Independent, scale: Scale::Ratio, resamples: 0, seed: 1 };
/// let noisy = comparison.of(&[1.0, 1.2, 0.9, 1.1, 0.8, 1.0], &[1.1, 1.0, 1.3, 0.9, 1.2, 0.9])?;
/// let judgement = judge(&noisy, noisy.p(), true, &Rules::default())?;
/// assert_eq!(judgement.verdict, Verdict::Inconclusive);
/// assert!(judgement.would_have_shown.unwrap() > 0.2 && judgement.runs_for_difference.unwrap() > 50);
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The whole 95 % interval lies beyond the margin, on the side of the verdict.
    pub beyond_margin: bool,
    /// Equivalent, but a difference is there.
    pub detectable: bool,
    /// Why it is not more.
    pub causes: Vec<Cause>,
    /// The smallest change, as reports give it, that such runs show in four cases out of five; `None` when nothing varies.
    pub would_have_shown: Option<f64>,
    /// Runs an arm that show a change of the margin in four cases out of five.
    pub runs_for_difference: Option<u32>,
    /// Runs an arm that show equivalence in four cases out of five when there is no difference.
    pub runs_for_equivalence: Option<u32>,
}

/// Judges an answer whose p-value was corrected for its family; `valid` says that every validity gate passed.
///
/// # Errors
/// `InvalidInput` for a p-value, an error rate or a margin out of range.
pub fn judge(answer: &Answer, p_adjusted: f64, valid: bool, rules: &Rules) -> Result<Judgement> {
    input::share("alpha", rules.alpha)?;
    input::positive("margin", rules.margin)?;
    input::sample("p_adjusted", &[p_adjusted], 1)?;
    let mut judgement = decide(answer, p_adjusted, valid, rules);
    let Some((plan, runs)) = answer.plan(rules.alpha) else { return Ok(judgement) };
    let scale = answer.comparison.scale;
    let width = scale.width(rules.margin);
    let shown = plan.detectable_shift(runs, POWER)?.map(|shift| scale.report(shift));
    judgement.would_have_shown = shown.filter(|change| change.is_finite());
    judgement.runs_for_difference = plan.runs_for_shift(width, POWER)?.map(|runs| (runs.ceil() as u32).max(2));
    judgement.runs_for_equivalence = plan.runs_within(width, POWER)?;
    Ok(judgement)
}

/// The rules alone.
fn decide(answer: &Answer, p_adjusted: f64, valid: bool, rules: &Rules) -> Judgement {
    let width = answer.comparison.scale.width(rules.margin);
    let interval = |confidence| answer.estimate.interval(confidence);
    let (narrow, wide) = (interval(1.0 - 2.0 * rules.alpha), interval(1.0 - rules.alpha));
    let shown = !wide.contains(0.0);
    let mut causes = early_causes(answer, valid);
    let verdict = if !valid {
        Verdict::Invalid
    } else if !causes.is_empty() {
        Verdict::Inconclusive
    } else if narrow.within(width) {
        Verdict::Equivalent
    } else if shown && p_adjusted <= rules.alpha {
        if (wide.low > 0.0) == rules.higher_is_better { Verdict::Improved } else { Verdict::Regressed }
    } else {
        causes.push(Cause::NotSettled);
        Verdict::Inconclusive
    };
    causes.extend((causes.is_empty() && runs(answer) < rules.min_runs).then_some(Cause::FewRuns));
    let moved = matches!(verdict, Verdict::Improved | Verdict::Regressed);
    Judgement {
        verdict,
        beyond_margin: moved && beyond(wide, width),
        detectable: verdict == Verdict::Equivalent && shown,
        causes,
        would_have_shown: None,
        runs_for_difference: None,
        runs_for_equivalence: None,
    }
}

/// What no figure can make up for.
fn early_causes(answer: &Answer, valid: bool) -> Vec<Cause> {
    let mut causes = Vec::new();
    causes.extend((!valid).then_some(Cause::Invalid));
    causes.extend((!answer.comparison.design.is_randomised()).then_some(Cause::Confounded));
    causes.extend((runs(answer) < HARD_MINIMUM).then_some(Cause::TooFewRuns));
    causes
}

/// Runs of the smaller arm.
fn runs(answer: &Answer) -> usize {
    answer.runs.0.min(answer.runs.1)
}

fn beyond(interval: Interval, width: f64) -> bool {
    interval.low > width || interval.high < -width
}

#[cfg(test)]
mod tests;
