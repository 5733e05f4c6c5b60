//! The asked rate must have been reached.

use meshery_core::measurement::Validity;

use super::{Early, Run};
use crate::trust;

pub(super) fn judge(run: &Run<'_>, validity: &mut Validity) {
    // A load that was cut short has not had the time for all that was planned.
    if !matches!(run.ended_early, Some(Early::Threshold | Early::Precise)) {
        validity.invalid.extend(trust::rate(run.measurement));
    }
}
