//! What makes any load test's result untrustworthy, whoever ran it.

use meshery_core::Measurement;
use meshery_core::measurement::{Doubt, Reason};

/// The least part of the asked rate that must be reached.
const RATE: f64 = 0.99;
/// The largest share of requests that may fail.
const FAILURES: f64 = 0.01;

pub(crate) fn cancelled() -> Reason {
    Reason::new(Doubt::Cancelled, "the caller stopped the load before its end")
}

pub(crate) fn no_answers() -> Reason {
    Reason::new(Doubt::NoAnswers, "not one request of the window was answered")
}

/// A run in which too many requests failed measures the failure.
pub(crate) fn failures(measurement: &Measurement) -> Option<Reason> {
    let failures = measurement.measured.counts.failure_share();
    let reason = Reason::new(Doubt::Errors, "too many requests failed");
    (failures > FAILURES).then(|| reason.expected(percent(FAILURES)).found(percent(failures)))
}

/// The asked rate must have been reached.
pub(crate) fn rate(measurement: &Measurement) -> Option<Reason> {
    let (asked, achieved) = (measurement.asked?.get(), measurement.achieved?.get());
    let message = "the asked rate was not reached: the target held every connection, or this machine is too slow";
    let reason = Reason::new(Doubt::RateNotAchieved, message);
    let expected = format!("at least {:.0}/s", asked * RATE);
    (achieved < asked * RATE).then(|| reason.expected(expected).found(format!("{achieved:.0}/s")))
}

pub(crate) fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}
