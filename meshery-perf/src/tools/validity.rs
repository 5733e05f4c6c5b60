//! Whether the run of another tool can be trusted, as far as that can be told from outside.

use meshery_core::{Fate, Measurement};

use crate::trust;

pub(super) fn judge(measurement: &mut Measurement, cancelled: bool) {
    let counts = &measurement.measured.counts;
    let answered = counts.of(Fate::Ok) + counts.of(Fate::Status) > 0;
    let doubts = [
        cancelled.then(trust::cancelled),
        if answered { trust::failures(measurement) } else { Some(trust::no_answers()) },
        trust::rate(measurement),
    ];
    measurement.validity.invalid = doubts.into_iter().flatten().collect();
}
