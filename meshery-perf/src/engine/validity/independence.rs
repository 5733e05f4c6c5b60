//! Answers that resemble their predecessors are worth fewer than they are.

use meshery_core::measurement::{Doubt, Reason, Validity};

use super::{Run, percent};
use crate::engine::sample::Sampled;
use crate::stats::series::spearman::Spearman;

/// A correlation that is less likely than this by chance is one.
const ALPHA: f64 = 0.01;
/// Below this share of independent answers it is said.
const SHARE: f64 = 0.5;
/// A share that is never zero: a run is worth something.
const LEAST: f64 = 0.001;

/// The share of answers that are worth an independent one: (1 − ρ) / (1 + ρ) of an AR(1) series with the rank correlation ρ
/// of neighbours. Needs [`Spearman`]'s robustness: response times have tails.
pub(in crate::engine) fn independence(blocks: &[Vec<Sampled>]) -> f64 {
    let responses = blocks.iter().flat_map(|block| block.windows(2));
    let pairs = responses.filter_map(|pair| Some((pair[0].response? as f64, pair[1].response? as f64)));
    let (before, after): (Vec<f64>, Vec<f64>) = pairs.unzip();
    match Spearman::of(&before, &after) {
        Ok(Some(found)) if found.p < ALPHA && found.rho > 0.0 => ((1.0 - found.rho) / (1.0 + found.rho)).max(LEAST),
        _ => 1.0,
    }
}

pub(super) fn judge(run: &Run<'_>, validity: &mut Validity) {
    let share = independence(run.blocks);
    if share < SHARE {
        let message = "answers resemble their predecessors: the intervals of percentiles are widened";
        let reason = Reason::new(Doubt::Dependent, message);
        validity.warnings.push(reason.expected(format!("at least {}", percent(SHARE))).found(percent(share)));
    }
}
