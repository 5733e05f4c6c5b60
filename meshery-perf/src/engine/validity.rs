//! Whether a run can be trusted: a pure function of what was measured.

use meshery_core::Measurement;
use meshery_core::measurement::{Doubt, Reason, Validity};
use meshery_core::units::duration;

use super::sample::Sampled;

/// The least part of the asked rate that must be reached.
const RATE: f64 = 0.99;
/// The largest part of a reported latency that may be the generator's own lateness.
const LAG: f64 = 0.10;
/// The largest share of requests that may fail.
const FAILURES: f64 = 0.01;

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

/// The share of a sample's answers that are worth an independent one.
pub(super) fn independence(_blocks: &[Vec<Sampled>]) -> f64 {
    1.0
}

pub(super) fn judge(measurement: &Measurement, _blocks: &[Vec<Sampled>], ended_early: Option<Early>) -> Validity {
    let mut validity = Validity::default();
    match ended_early {
        Some(Early::Cancelled) => {
            validity.invalid.push(Reason::new(Doubt::Cancelled, "the caller stopped the load before its end"));
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
    let phase = &measurement.measured;
    if phase.service.is_empty() {
        validity.invalid.push(Reason::new(Doubt::NoAnswers, "not one request of the window was answered"));
        return validity;
    }
    let failures = phase.counts.failure_share();
    if failures > FAILURES {
        let reason = Reason::new(Doubt::Errors, "too many requests failed");
        validity.invalid.push(reason.expected(percent(FAILURES)).found(percent(failures)));
    }
    rate(measurement, &mut validity);
    lateness(measurement, &mut validity);
    validity
}

fn rate(measurement: &Measurement, validity: &mut Validity) {
    let (Some(asked), Some(achieved)) = (measurement.asked, measurement.achieved) else { return };
    if achieved.get() < asked.get() * RATE {
        let message = "the asked rate was not reached: the target held every connection, or this machine is too slow";
        let reason = Reason::new(Doubt::RateNotAchieved, message);
        let expected = format!("at least {:.0}/s", asked.get() * RATE);
        validity.invalid.push(reason.expected(expected).found(format!("{:.0}/s", achieved.get())));
    }
}

/// Compares like with like: the generator's lateness at a quantile with the response time at that quantile. Half of all
/// requests being late spoils every figure; a late tail is said, and spoils only the tail.
fn lateness(measurement: &Measurement, validity: &mut Validity) {
    let phase = &measurement.measured;
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

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use meshery_core::load::Tool;
    use meshery_core::{Fate, LoadSpec, Pace, Rate};

    /// A run without fault, and one way to spoil it.
    fn after(spoil: impl Fn(&mut Measurement)) -> Validity {
        let mut spec = LoadSpec::new("http://127.0.0.1/");
        spec.pace = Pace::Constant(Rate::per_second(1000.0).unwrap());
        let mut measurement = Measurement::new(Tool { name: "t".into(), version: "0".into() }, &spec);
        measurement.achieved = measurement.asked;
        for _ in 0..1000 {
            measurement.measured.counts.add(Fate::Ok, Some(200));
            measurement.measured.response.record_nanos(100_000);
            measurement.measured.service.record_nanos(99_000);
            measurement.measured.own_lag.record_nanos(1_000);
        }
        spoil(&mut measurement);
        judge(&measurement, &[], None)
    }

    #[test]
    fn a_sound_run_is_valid() {
        assert_eq!(after(|_| {}), Validity::default());
    }

    #[test]
    fn each_fault_has_its_reason() {
        let late = |nanos| move |m: &mut Measurement| (0..2000).for_each(|_| m.measured.own_lag.record_nanos(nanos));
        let spoiled = [
            (Doubt::RateNotAchieved, after(|m| m.achieved = Some(Rate::per_second(900.0).unwrap()))),
            (Doubt::Errors, after(|m| (0..20).for_each(|_| m.measured.counts.add(Fate::Reset, None)))),
            (Doubt::NoAnswers, after(|m| m.measured.service = meshery_core::Latencies::new())),
            (Doubt::GeneratorLate, after(late(20_000))),
        ];
        for (doubt, validity) in spoiled {
            let codes: Vec<_> = validity.invalid.iter().map(|reason| reason.code).collect();
            assert_eq!(codes, [doubt]);
        }
    }

    #[test]
    fn a_late_tail_is_a_warning() {
        let validity = after(|m| (0..100).for_each(|_| m.measured.own_lag.record_nanos(50_000)));
        assert!(validity.is_valid());
        assert_eq!(validity.warnings[0].code, Doubt::GeneratorLate);
    }
}
