//! A run must be about one thing: settled when its window begins, and steady to its end.
//!
//! The series are the logarithms of medians: of the sampled blocks, which lie evenly over a run of any length, and of the
//! seconds of a long one. Both tests must object, because KPSS alone sees a trend in every correlated series, and the
//! change must matter.

use meshery_core::measurement::{Doubt, Reason, Validity};

use super::{Run, percent};
use crate::stats::series::kpss::{Kpss, Lags};
use crate::stats::series::mann_kendall::MannKendall;
use crate::stats::series::mser::{self, Mser};

/// Below this, a series is not steady.
const ALPHA: f64 = 0.01;
/// A smaller change from the first third to the last is none.
const CHANGE: f64 = 0.10;
/// A larger one spoils the run.
const SPOILT: f64 = 0.50;
/// Fewer blocks make no series.
const BLOCKS: usize = 12;

pub(super) fn judge(run: &Run<'_>, validity: &mut Validity) {
    unsettled(run, validity);
    let series: Vec<f64> = run.blocks.iter().filter_map(|block| median(block)).map(f64::ln).collect();
    if series.len() < BLOCKS {
        return;
    }
    let trend = MannKendall::of(&series).ok().flatten().is_some_and(|found| found.p < ALPHA);
    // Its table ends at 0.01.
    let moves = Kpss::of(&series, Lags::Automatic).ok().flatten().is_some_and(|found| found.p <= ALPHA);
    let third = series.len() / 3;
    let level = |part: &[f64]| crate::stats::mean(part).unwrap_or_default();
    let change = (level(&series[series.len() - third..]) - level(&series[..third])).exp() - 1.0;
    if trend && moves && change.abs() > CHANGE {
        let reason = Reason::new(Doubt::NotSteady, "the response time changed in the course of the run")
            .expected(format!("at most {} from its first third to its last", percent(CHANGE)))
            .found(percent(change));
        let list = if change.abs() > SPOILT { &mut validity.invalid } else { &mut validity.warnings };
        list.push(reason);
    }
}

/// MSER-5 finds no end of the warm-up in the first half of the window.
fn unsettled(run: &Run<'_>, validity: &mut Validity) {
    let medians: Vec<f64> =
        run.measurement.series.iter().filter_map(|slot| slot.p50_ns).map(|p50| (p50 as f64).ln()).collect();
    if medians.len() < mser::ADVISED {
        return;
    }
    if Mser::of(&medians).is_ok_and(|cut| cut.at_limit) {
        let message = "the response time has not settled in the first half of the window: warm up for longer";
        validity.invalid.push(Reason::new(Doubt::NotSettled, message));
    }
}

fn median(block: &[crate::engine::sample::Sampled]) -> Option<f64> {
    let mut times: Vec<u64> = block.iter().filter_map(|sampled| sampled.response).collect();
    times.sort_unstable();
    times.get(times.len() / 2).map(|nanos| *nanos as f64)
}
