//! The front door: state how the runs were made and what the metric is, and the library picks the tests.
//!
//! Latency and throughput compare as ratios, so on logarithms; shares, bytes and budgets as differences. Pairs take the
//! paired t test with signed ranks and sign flips beside it, independent arms Welch's with Mann–Whitney and permutations.
//! Replicates are whole runs: one value a run, never one a request.

mod answer;

use meshery_core::Result;
use meshery_core::comparison::Interval;

pub use answer::{Answer, Companion, Warning};

use crate::stats::estimate::bootstrap::{Bootstrap, difference_of_means};
use crate::stats::estimate::cliffs_delta::Dominance;
use crate::stats::estimate::hodges_lehmann::{self, HodgesLehmann};
use crate::stats::series::baseline::outliers;
use crate::stats::test::Alternative::TwoSided;
use crate::stats::test::mann_whitney::MannWhitney;
use crate::stats::test::paired_t::PairedT;
use crate::stats::test::permutation::Permutation;
use crate::stats::test::signed_rank::SignedRank;
use crate::stats::test::welch::welch;
use crate::stats::{input, mean};

/// How the runs of both arms were made.
///
/// ```
/// use meshery_perf::stats::choose::Design;
///
/// assert!(Design::Paired.is_randomised() && !Design::Ordered.is_randomised());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// One run of each arm a block, in random order: `x[i]` and `y[i]` belong together.
    Paired,
    /// All runs in random order, no blocks.
    Independent,
    /// All runs of one arm, then all of the other: any drift looks like a difference, so no verdict follows.
    Ordered,
}

impl Design {
    /// Whether drift cancels out on average.
    pub fn is_randomised(self) -> bool {
        self != Self::Ordered
    }
}

/// How two values of the metric compare.
///
/// ```
/// use meshery_perf::stats::choose::Scale;
///
/// assert!((Scale::Ratio.report(1.05_f64.ln()) - 0.05).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// By their ratio; values must be positive. Estimates are logarithms, reports relative changes.
    Ratio,
    /// By their difference, in the metric's unit.
    Difference,
}

impl Scale {
    /// From the scale of the estimate to that of reports.
    pub fn report(self, estimate: f64) -> f64 {
        if self == Self::Ratio { estimate.exp_m1() } else { estimate }
    }

    /// From the scale of reports to that of the estimate: the half-width of a margin.
    pub fn width(self, margin: f64) -> f64 {
        if self == Self::Ratio { margin.ln_1p() } else { margin }
    }

    fn of(self, place: &str, values: &[f64]) -> Result<Vec<f64>> {
        if self == Self::Ratio {
            return input::logarithms(place, values, 2);
        }
        input::sample(place, values, 2)?;
        Ok(values.to_vec())
    }
}

/// What is known about two samples, and how much to spend on resampling.
///
/// ```
/// use meshery_perf::stats::choose::{Comparison, Design, Scale};
///
/// let comparison = Comparison { design: Design::Paired, scale: Scale::Ratio, resamples: 9999, seed: 1 };
/// let baseline = [10.0, 10.3, 9.9, 10.1, 10.2, 9.8];
/// let candidate = [11.0, 11.4, 10.8, 11.2, 11.3, 10.7];
/// let answer = comparison.of(&baseline, &candidate)?;
/// assert_eq!(answer.method, "paired t of logarithms");
/// assert!((answer.change() - 0.1).abs() < 0.01 && answer.p() < 0.001 && answer.warnings.is_empty());
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How the runs were made.
    pub design: Design,
    /// How values compare.
    pub scale: Scale,
    /// Permutations and bootstrap resamples; 9,999 for reports, 0 for neither.
    pub resamples: u32,
    /// Their seed.
    pub seed: u64,
}

impl Comparison {
    /// Compares the candidate `y` with the baseline `x`, one value a run.
    ///
    /// # Errors
    /// `InvalidInput` for fewer than two runs a side, values that are not finite, values that are not positive where
    /// ratios are asked for, and pairs that do not match.
    pub fn of(&self, x: &[f64], y: &[f64]) -> Result<Answer> {
        let (on_x, on_y) = (self.scale.of("x", x)?, self.scale.of("y", y)?);
        let mut answer =
            if self.design == Design::Paired { self.paired(&on_x, &on_y)? } else { self.independent(&on_x, &on_y)? };
        answer.warnings.extend(self.warnings(&answer));
        answer.warnings.sort_unstable();
        Ok(answer)
    }

    fn paired(&self, x: &[f64], y: &[f64]) -> Result<Answer> {
        let differences = input::differences(x, y, 2)?;
        let Some(test) = PairedT::of(&differences) else {
            return Err(meshery_core::Error::invalid("y", "the differences have no spread that a number could hold"));
        };
        let ranks = SignedRank::of(&differences)?;
        let mut companions = vec![Companion { name: "signed rank", p: Some(ranks.p(TwoSided)), interval: None }];
        if self.resamples > 0 {
            let p = self.permutation().sign_flips(&differences)?.p;
            companions.push(Companion { name: "sign flips", p: Some(p), interval: None });
            let resampled = self.bootstrap().paired(&differences, |values| mean(values).unwrap_or_default())?;
            companions.push(expanded(resampled.expanded_percentile(0.95)?));
        }
        let method = if self.scale == Scale::Ratio { "paired t of logarithms" } else { "paired t" };
        let smallest = 2.0 * 0.5_f64.powi(i32::try_from(ranks.n).unwrap_or(i32::MAX));
        Ok(Answer {
            comparison: *self,
            method,
            runs: (x.len(), y.len()),
            estimate: test.estimate(),
            companions,
            shift: hodges_lehmann::paired(&differences)?,
            cliffs_delta: Dominance::of(x, y)?.delta,
            warnings: early_warnings(smallest, !outliers(&differences)?.is_empty()),
        })
    }

    fn independent(&self, x: &[f64], y: &[f64]) -> Result<Answer> {
        let shift = HodgesLehmann::of(x, y, 0.95)?;
        // An interval that cannot reach the level is no 95 % interval.
        let interval = shift.achieved.is_none_or(|achieved| achieved >= 0.95).then_some(shift.interval);
        let p = MannWhitney::of(x, y)?.p(TwoSided);
        let mut companions = vec![Companion { name: "Mann-Whitney", p: Some(p), interval }];
        if self.resamples > 0 {
            let p = self.permutation().independent(x, y)?.p;
            companions.push(Companion { name: "permutation", p: Some(p), interval: None });
            let resampled = self.bootstrap().independent(x, y, difference_of_means)?;
            companions.push(expanded(resampled.expanded_percentile(0.95)?));
        }
        let far = !outliers(x)?.is_empty() || !outliers(y)?.is_empty();
        Ok(Answer {
            comparison: *self,
            method: if self.scale == Scale::Ratio { "Welch of logarithms" } else { "Welch" },
            runs: (x.len(), y.len()),
            estimate: welch(x, y)?,
            companions,
            shift: shift.shift,
            cliffs_delta: Dominance::of(x, y)?.delta,
            warnings: early_warnings(MannWhitney::smallest_p(x.len(), y.len()), far),
        })
    }

    fn permutation(&self) -> Permutation {
        Permutation { rearrangements: self.resamples, seed: self.seed }
    }

    fn bootstrap(&self) -> Bootstrap {
        Bootstrap { resamples: self.resamples as usize, seed: self.seed }
    }

    fn warnings(&self, answer: &Answer) -> Vec<Warning> {
        let opposite = answer.estimate.estimate * answer.shift < 0.0;
        let notable = answer.p() < 0.05 || answer.companions.iter().any(|c| c.p.is_some_and(|p| p < 0.05));
        let mut warnings = Vec::new();
        warnings.extend((!self.design.is_randomised()).then_some(Warning::Confounded));
        warnings.extend((opposite && notable).then_some(Warning::MethodDisagreement));
        warnings.extend((!answer.estimate.has_spread()).then_some(Warning::ZeroVariance));
        warnings
    }
}

fn early_warnings(smallest_rank_p: f64, far: bool) -> Vec<Warning> {
    let cannot_reach = (smallest_rank_p > 0.05).then_some(Warning::RanksCannotReach);
    cannot_reach.into_iter().chain(far.then_some(Warning::Outlier)).collect()
}

fn expanded(interval: Interval) -> Companion {
    Companion { name: "expanded percentile bootstrap", p: None, interval: Some(interval) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(design: Design, scale: Scale) -> Comparison {
        Comparison { design, scale, resamples: 199, seed: 1 }
    }

    #[test]
    fn companions_come_with_the_design() {
        let x = [10.0, 10.3, 9.9, 10.1, 10.2, 9.8];
        let y = x.map(|x| 1.1 * x);
        let names = |design| {
            let answer = comparison(design, Scale::Ratio).of(&x, &y).unwrap();
            answer.companions.iter().map(|companion| companion.name).collect::<Vec<_>>()
        };
        assert_eq!(names(Design::Paired), ["signed rank", "sign flips", "expanded percentile bootstrap"]);
        assert_eq!(names(Design::Independent), ["Mann-Whitney", "permutation", "expanded percentile bootstrap"]);
        let answer = comparison(Design::Independent, Scale::Ratio).of(&x, &y).unwrap();
        assert!((answer.change() - 0.1).abs() < 1e-9 && (answer.shift.exp() - 1.1).abs() < 1e-9);
        assert!(answer.interval(0.95).contains(0.1) && answer.plan(0.05).is_some());
    }

    #[test]
    fn warnings_say_what_is_wrong() {
        let outlier = [1.0, 1.0, 1.1, 1.0, 0.9, 1.1, 40.0];
        let below = [0.80, 0.81, 0.79, 0.80, 0.82, 0.78, 0.80].map(|x: f64| x + 0.1);
        let answer = comparison(Design::Independent, Scale::Difference).of(&below, &outlier).unwrap();
        assert!(answer.warnings.contains(&Warning::Outlier));
        // The mean is pulled up by one run, the others went down.
        let answer = comparison(Design::Paired, Scale::Difference)
            .of(&[0.0; 12], &[-1.0, -1.1, -0.9, -1.0, -1.2, -0.8, -1.0, -1.0, -1.1, -0.9, -1.0, 90.0])
            .unwrap();
        assert!(answer.warnings.contains(&Warning::MethodDisagreement), "{answer:?}");
        let same = comparison(Design::Paired, Scale::Ratio).of(&[2.0; 8], &[2.0; 8]).unwrap();
        assert!(same.warnings.contains(&Warning::ZeroVariance) && (same.p() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_compared() {
        assert!(comparison(Design::Paired, Scale::Ratio).of(&[1.0, 2.0], &[1.0]).is_err());
        assert!(comparison(Design::Independent, Scale::Ratio).of(&[1.0, 0.0], &[1.0, 2.0]).is_err());
        assert!(comparison(Design::Independent, Scale::Difference).of(&[1.0, f64::NAN], &[1.0, 2.0]).is_err());
    }
}
