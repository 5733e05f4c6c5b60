//! Whether a run can be trusted: pure functions of what was measured, one file per rule and one line in [`RULES`].
//!
//! The five checks of Lancet (Kogias, Mallon & Bugnion, ATC 2019) are all here and all on: the achieved rate, the law of
//! arrivals, independence, stationarity, and the precision of percentiles; beside them the generator's own state.

mod arrivals;
mod errors;
mod independence;
mod lateness;
mod precision;
mod rate;
mod saturation;
mod steadiness;

use meshery_core::Measurement;
use meshery_core::measurement::{Doubt, Reason, Validity};

use super::sample::Sampled;
use crate::trust::{self, percent};
pub(super) use independence::independence;

/// Why a load ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Early {
    /// The caller stopped it.
    Cancelled,
    /// A threshold that stops it was broken.
    Threshold,
    /// What was to be known is known.
    Precise,
}

/// What the rules look at.
struct Run<'a> {
    measurement: &'a Measurement,
    /// Consecutive requests, in blocks that lie evenly over the run.
    blocks: &'a [Vec<Sampled>],
    ended_early: Option<Early>,
}

/// A rule: what it has to say goes to the verdict.
type Rule = fn(&Run<'_>, &mut Validity);

/// Every rule, sorted by name.
const RULES: &[Rule] = &[
    arrivals::judge,
    errors::judge,
    independence::judge,
    lateness::judge,
    precision::judge,
    rate::judge,
    saturation::judge,
    steadiness::judge,
];

pub(super) fn judge(measurement: &Measurement, blocks: &[Vec<Sampled>], ended_early: Option<Early>) -> Validity {
    let mut validity = Validity::default();
    match ended_early {
        Some(Early::Cancelled) => {
            validity.invalid.push(trust::cancelled());
        }
        Some(Early::Threshold) => {
            validity.warnings.push(Reason::new(Doubt::Aborted, "a threshold stopped the load before its end"));
        }
        Some(Early::Precise) | None => {}
    }
    if measurement.spec.tls.as_ref().is_some_and(|tls| !tls.verify) {
        let message = "the identity of the target was not verified: anybody may have answered";
        validity.warnings.push(Reason::new(Doubt::Unverified, message));
    }
    if measurement.measured.service.is_empty() {
        validity.invalid.push(trust::no_answers());
        return validity;
    }
    let run = Run { measurement, blocks, ended_early };
    for rule in RULES {
        rule(&run, &mut validity);
    }
    validity
}

#[cfg(test)]
mod tests;
