//! A run in which too many requests failed measures the failure.

use meshery_core::measurement::{Doubt, Reason, Validity};

use super::{Run, percent};

/// The largest share of requests that may fail.
const FAILURES: f64 = 0.01;

pub(super) fn judge(run: &Run<'_>, validity: &mut Validity) {
    let failures = run.measurement.measured.counts.failure_share();
    if failures > FAILURES {
        let reason = Reason::new(Doubt::Errors, "too many requests failed");
        validity.invalid.push(reason.expected(percent(FAILURES)).found(percent(failures)));
    }
}
