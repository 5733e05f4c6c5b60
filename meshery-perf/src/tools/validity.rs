//! Whether the run of another tool can be trusted, as far as that can be told from outside.

use meshery_core::measurement::{Doubt, Reason};
use meshery_core::{Fate, Measurement};

/// The least part of the asked rate that must be reached.
const RATE: f64 = 0.99;
/// The largest share of requests that may fail.
const FAILURES: f64 = 0.01;

pub(super) fn judge(measurement: &mut Measurement, cancelled: bool) {
    let counts = &measurement.measured.counts;
    let mut invalid = Vec::new();
    if cancelled {
        invalid.push(Reason::new(Doubt::Cancelled, "the caller stopped the load before its end"));
    }
    if counts.of(Fate::Ok) + counts.of(Fate::Status) == 0 {
        invalid.push(Reason::new(Doubt::NoAnswers, "not one request of the window was answered"));
    } else if counts.failure_share() > FAILURES {
        let percent = |share: f64| format!("{:.2} %", share * 100.0);
        let reason = Reason::new(Doubt::Errors, "too many requests failed");
        invalid.push(reason.expected(percent(FAILURES)).found(percent(counts.failure_share())));
    }
    if let (Some(asked), Some(achieved)) = (measurement.asked, measurement.achieved)
        && achieved.get() < asked.get() * RATE
    {
        let reason = Reason::new(Doubt::RateNotAchieved, "the tool did not reach the asked rate");
        let expected = format!("at least {:.0}/s", asked.get() * RATE);
        invalid.push(reason.expected(expected).found(format!("{:.0}/s", achieved.get())));
    }
    measurement.validity.invalid = invalid;
}
