//! The asked rate must have been reached.

use meshery_core::measurement::{Doubt, Reason, Validity};

use super::{Early, Run};

/// The least part of the asked rate that must be reached.
const RATE: f64 = 0.99;

pub(super) fn judge(run: &Run<'_>, validity: &mut Validity) {
    let (Some(asked), Some(achieved)) = (run.measurement.asked, run.measurement.achieved) else { return };
    // A load that was cut short has not had the time for all that was planned.
    if achieved.get() < asked.get() * RATE && !matches!(run.ended_early, Some(Early::Threshold | Early::Precise)) {
        let message = "the asked rate was not reached: the target held every connection, or this machine is too slow";
        let reason = Reason::new(Doubt::RateNotAchieved, message);
        let expected = format!("at least {:.0}/s", asked.get() * RATE);
        validity.invalid.push(reason.expected(expected).found(format!("{:.0}/s", achieved.get())));
    }
}
