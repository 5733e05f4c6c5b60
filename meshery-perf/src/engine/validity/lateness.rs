//! The generator's own lateness must be a small part of what it reports.

use meshery_core::measurement::{Doubt, Reason, Validity};
use meshery_core::units::duration;

use super::Run;

/// The largest part of a reported latency that may be the generator's own lateness.
const LAG: f64 = 0.10;

/// Compares like with like: the generator's lateness at a quantile with the response time at that quantile. Half of all
/// requests being late spoils every figure; a late tail is said, and spoils only the tail.
pub(super) fn judge(run: &Run<'_>, validity: &mut Validity) {
    let phase = &run.measurement.measured;
    for (quantile, name) in [(0.5, "p50"), (0.99, "p99")] {
        let (Some(lag), Some(response)) = (phase.own_lag.quantile(quantile), phase.response.quantile(quantile)) else {
            continue;
        };
        let limit = response.mul_f64(LAG);
        if lag > limit {
            let message = format!("the generator's own lateness at {name} is a large part of the response time");
            let reason = Reason::new(Doubt::GeneratorLate, message)
                .expected(format!("at most {}", duration::format(limit)))
                .found(duration::format(lag));
            let list = if name == "p50" { &mut validity.invalid } else { &mut validity.warnings };
            list.push(reason);
        }
    }
}
