//! The promises: one file each, listed in [`ROWS`].

mod change_points;
mod false_alarms;
mod families;
mod looks;
mod pairs;
mod power;
mod verdicts;

use meshery_perf::stats::choose::{Comparison, Design, Scale};

pub(crate) struct Row {
    pub(crate) asks: &'static str,
    pub(crate) repetitions: usize,
    pub(crate) shares: fn(usize) -> Vec<Share>,
}

/// How often something happened, and how often it should.
pub(crate) struct Share {
    pub(crate) what: String,
    pub(crate) found: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Share {
    fn at_most(what: impl Into<String>, found: f64, most: f64) -> Self {
        Self { what: what.into(), found, least: 0.0, most }
    }

    /// Whether the promise is kept; what a twentieth of the repetitions says may be off by four of its standard errors.
    pub(crate) fn is_kept(&self, repetitions: usize, quick: bool) -> bool {
        let error = |bound: f64| (bound * (1.0 - bound) / repetitions as f64).sqrt();
        let slack = |bound: f64| if quick { 4.0 * error(bound.clamp(0.05, 0.95)) } else { 0.0 };
        (self.least - slack(self.least)..=self.most + slack(self.most)).contains(&self.found)
    }

    fn at_least(what: impl Into<String>, found: f64, least: f64) -> Self {
        Self { what: what.into(), found, least, most: 1.0 }
    }
}

/// Every promise, sorted by name.
pub(crate) const ROWS: &[&Row] =
    &[&change_points::ROW, &false_alarms::ROW, &families::ROW, &looks::ROW, &pairs::ROW, &power::ROW, &verdicts::ROW];

/// The p-value that the front door gives two arms of latencies; 1 for what it refuses.
fn p(design: Design, x: &[f64], y: &[f64]) -> f64 {
    let comparison = Comparison { design, scale: Scale::Ratio, resamples: 0, seed: 0 };
    comparison.of(x, y).map_or(1.0, |answer| answer.p())
}
