//! What a load reached of what it had to reach.

use std::time::Duration;

use meshery_core::threshold::{Aggregate, Condition, Metric, ThresholdOutcome, Thresholds};
use meshery_core::{Fate, Latencies, Phase};

/// What became of every threshold, over a window of this length.
pub(crate) fn judge(thresholds: &Thresholds, phase: &Phase, window: Duration) -> Vec<ThresholdOutcome> {
    let all = thresholds.iter().flat_map(|(metric, of)| of.iter().map(|threshold| (*metric, threshold)));
    all.map(|(metric, threshold)| outcome(metric, &threshold.threshold, phase, window)).collect()
}

/// Whether a threshold that stops the load does not hold after this time of its window.
pub(super) fn is_broken(thresholds: &Thresholds, phase: &Phase, passed: Duration) -> bool {
    let all = thresholds.iter().flat_map(|(metric, of)| of.iter().map(|threshold| (*metric, threshold)));
    let looked_at = all.filter(|(_, threshold)| threshold.abort && threshold.after <= passed);
    looked_at.map(|(metric, threshold)| outcome(metric, &threshold.threshold, phase, passed)).any(|outcome| {
        // Before there is anything to look at, nothing is broken.
        !outcome.holds && outcome.found.is_some()
    })
}

fn outcome(metric: Metric, condition: &Condition, phase: &Phase, window: Duration) -> ThresholdOutcome {
    let found = value(metric, condition.of, phase, window);
    let holds = found.is_some_and(|found| condition.holds(found));
    ThresholdOutcome { metric, threshold: condition.clone(), found, holds }
}

fn value(metric: Metric, of: Aggregate, phase: &Phase, window: Duration) -> Option<f64> {
    let counts = &phase.counts;
    let rated = |count: u64, all: u64| match of {
        Aggregate::Count => Some(count as f64),
        Aggregate::Rate if all > 0 => Some(count as f64 / all as f64),
        _ => None,
    };
    let answered = counts.of(Fate::Ok) + counts.of(Fate::CheckFailed);
    match metric {
        Metric::Checks => rated(counts.of(Fate::Ok), answered),
        Metric::Failed => rated(counts.failed(), counts.scheduled),
        Metric::NotSent => rated(counts.scheduled - counts.sent, counts.scheduled),
        Metric::Requests => match of {
            Aggregate::Rate => Some(counts.scheduled as f64 / window.as_secs_f64()).filter(|rate| rate.is_finite()),
            _ => rated(counts.scheduled, counts.scheduled),
        },
        Metric::Connect => latency(&phase.connect, of),
        Metric::FirstByte => latency(&phase.first_byte, of),
        Metric::Handshake => latency(&phase.handshake, of),
        Metric::Response => latency(&phase.response, of),
        Metric::Service => latency(&phase.service, of),
        _ => None,
    }
}

/// In milliseconds, as k6 counts.
fn latency(latencies: &Latencies, of: Aggregate) -> Option<f64> {
    let found = match of {
        Aggregate::Average => latencies.mean(),
        Aggregate::Max => latencies.max(),
        Aggregate::Median => latencies.quantile(0.5),
        Aggregate::Min => latencies.min(),
        Aggregate::Percentile(percent) => latencies.quantile(percent / 100.0),
        _ => None,
    };
    found.map(|time| time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 99 answers of 1 ms to 99 ms, and one request that was not sent.
    fn phase() -> Phase {
        let mut phase = Phase::default();
        for millis in 1..=99 {
            phase.counts.add(if millis == 50 { Fate::CheckFailed } else { Fate::Ok }, Some(200));
            phase.response.record(Duration::from_millis(millis));
        }
        phase.counts.add(Fate::NotSent, None);
        phase
    }

    fn thresholds(json: serde_json::Value) -> Thresholds {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn every_aggregate_is_what_it_says() {
        let second = Duration::from_secs(2);
        for (metric, condition, found) in [
            ("response", "max<0.9", 99.0),
            ("response", "min<0.9", 1.0),
            ("response", "med<0.9", 50.0),
            ("response", "p(90)<0.9", 90.0),
            ("response", "avg<0.9", 50.0),
            ("failed", "rate<0.9", 0.02),
            ("failed", "count<0.9", 2.0),
            ("not_sent", "count<0.9", 1.0),
            ("checks", "rate<0.9", 98.0 / 99.0),
            ("http_reqs", "rate<0.9", 50.0),
            ("requests", "count<0.9", 100.0),
        ] {
            let outcomes = judge(&thresholds(serde_json::json!({ metric: [condition] })), &phase(), second);
            let seen = outcomes[0].found.unwrap();
            assert!((seen / found - 1.0).abs() < 0.002, "{metric} {condition}: {seen}");
            assert_eq!(outcomes[0].holds, found < 0.9, "{metric} {condition}");
        }
    }

    #[test]
    fn what_was_not_measured_does_not_hold_and_does_not_abort() {
        let wanted = thresholds(serde_json::json!({ "service": [{ "threshold": "p(99)<1", "abort": true }] }));
        let outcomes = judge(&wanted, &phase(), Duration::from_secs(1));
        assert_eq!((outcomes[0].found, outcomes[0].holds), (None, false));
        assert!(!is_broken(&wanted, &phase(), Duration::from_secs(1)));
    }

    #[test]
    fn only_what_aborts_aborts_and_only_in_its_time() {
        let json = serde_json::json!({
            "response": ["max<1", { "threshold": "p(99)<1", "abortOnFail": true, "delayAbortEval": "3s" }],
        });
        assert!(!is_broken(&thresholds(json.clone()), &phase(), Duration::from_secs(2)));
        assert!(is_broken(&thresholds(json), &phase(), Duration::from_secs(3)));
    }
}
