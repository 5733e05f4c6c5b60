//! A run in which too many requests failed measures the failure.

use meshery_core::measurement::Validity;

use super::Run;
use crate::trust;

pub(super) fn judge(run: &Run<'_>, validity: &mut Validity) {
    validity.invalid.extend(trust::failures(run.measurement));
}
