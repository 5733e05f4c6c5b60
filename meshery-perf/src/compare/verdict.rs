//! From paired differences to a verdict: a pure function, the rules in one place.
//!
//! 0. `invalid` when a validity gate failed; at best `inconclusive` below the least number of runs.
//! 1. `equivalent` when the 90 % interval lies within the margin (two one-sided tests, Schuirmann 1987).
//! 2. `regressed` or `improved` when it is not, the 95 % interval excludes zero and the corrected p-value is at most α.
//! 3. `inconclusive` otherwise, with the smallest difference that would have shown.

use meshery_core::Verdict;
use meshery_core::comparison::Interval;

use crate::stats::paired_t::PairedT;

/// What the rules look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    pub(super) ci90: Interval,
    pub(super) ci95: Interval,
    pub(super) p_adjusted: f64,
    pub(super) margin: f64,
    pub(super) alpha: f64,
    pub(super) higher_is_better: bool,
}

pub(super) fn verdict(evidence: &Evidence) -> Verdict {
    if evidence.ci90.within(evidence.margin) {
        return Verdict::Equivalent;
    }
    if evidence.ci95.contains(0.0) || evidence.p_adjusted > evidence.alpha {
        return Verdict::Inconclusive;
    }
    if (evidence.ci95.low > 0.0) == evidence.higher_is_better { Verdict::Improved } else { Verdict::Regressed }
}

/// The power at which the detectable difference is stated.
const POWER: f64 = 0.8;

/// The figures of a test on the scale of its metric.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    pub(super) difference: f64,
    pub(super) ci95: Interval,
    pub(super) ci90: Interval,
    pub(super) detectable: Option<f64>,
}

/// Reads a test; `transform` takes the scale of the test to that of the report (e^x − 1 for logarithms).
pub(super) fn figures(test: &PairedT, alpha: f64, transform: fn(f64) -> f64) -> Figures {
    let interval = |confidence| {
        let Interval { low, high } = test.interval(confidence);
        Interval { low: transform(low), high: transform(high) }
    };
    Figures {
        difference: transform(test.mean),
        ci95: interval(0.95),
        ci90: interval(0.90),
        detectable: test.has_spread().then(|| transform(test.detectable(alpha, POWER))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(low: f64, high: f64, p_adjusted: f64, higher_is_better: bool) -> Verdict {
        let ci95 = Interval { low, high };
        let middle = f64::midpoint(low, high);
        let ci90 = Interval { low: middle + (low - middle) * 0.8, high: middle + (high - middle) * 0.8 };
        verdict(&Evidence { ci90, ci95, p_adjusted, margin: 0.05, alpha: 0.05, higher_is_better })
    }

    #[test]
    fn the_rules() {
        assert_eq!(judge(-0.01, 0.02, 0.6, false), Verdict::Equivalent);
        assert_eq!(judge(0.01, 0.03, 0.001, false), Verdict::Equivalent, "real, and too small to matter");
        assert_eq!(judge(0.10, 0.20, 0.001, false), Verdict::Regressed);
        assert_eq!(judge(0.10, 0.20, 0.001, true), Verdict::Improved);
        assert_eq!(judge(-0.20, -0.10, 0.001, false), Verdict::Improved);
        assert_eq!(judge(-0.20, -0.10, 0.001, true), Verdict::Regressed);
        assert_eq!(judge(0.01, 0.20, 0.2, false), Verdict::Inconclusive, "the correction takes it back");
        assert_eq!(judge(-0.10, 0.20, 0.4, false), Verdict::Inconclusive, "too wide to say anything");
    }

    #[test]
    fn figures_without_spread_have_no_detectable_difference() {
        let figures = figures(&PairedT::of(&[0.0; 6]).unwrap(), 0.05, f64::exp_m1);
        assert_eq!((figures.difference, figures.detectable), (0.0, None));
    }
}
