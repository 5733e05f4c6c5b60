//! Percentiles must be known as precisely as was asked, and the one that everybody looks at must be known at all.

use meshery_core::Stop;
use meshery_core::measurement::{Doubt, Reason, Validity};

use super::{Early, Run, percent};
use crate::engine::percentiles;

/// The percentile that everybody looks at.
const LOOKED_AT: f64 = 99.0;

pub(super) fn judge(run: &Run<'_>, validity: &mut Validity) {
    let unknown = run.measurement.percentiles.iter().find(|found| found.percentile.total_cmp(&LOOKED_AT).is_eq());
    if let Some(why) = unknown.and_then(|found| found.why.as_deref()) {
        validity.warnings.push(Reason::new(Doubt::TooFewSamples, format!("p99 is not known: {why}")));
    }
    if let Stop::Precision(wanted) = &run.measurement.spec.stop {
        let phase = &run.measurement.measured;
        let count = phase.response.count() as f64 * super::independence(run.blocks);
        let known = percentiles::interval(&phase.response, wanted.percentile / 100.0, count);
        let width = known.map(|[value, low, high]| high.saturating_sub(low).as_secs_f64() / 2.0 / value.as_secs_f64());
        if width.is_none_or(|width| width > wanted.within) {
            let message = match run.ended_early {
                Some(Early::Precise) => "answers that resemble their predecessors make the percentile less precise",
                _ => "the load ended before the percentile was known as precisely as asked",
            };
            let found = width.map_or("no interval".into(), |width| format!("± {}", percent(width)));
            let reason = Reason::new(Doubt::Imprecise, message);
            validity.warnings.push(reason.expected(format!("± {}", percent(wanted.within))).found(found));
        }
    }
}
