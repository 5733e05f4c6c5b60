//! Pass or fail, on a real result.

use std::path::Path;

use meshery_core::gate::{Gate, GateResult};
use meshery_core::{Comparison, ErrorKind, Verdict, json};
use meshery_perf::gate::judge;

/// No mesh, no mesh again, Envoy, and Envoy with mutual TLS.
fn real() -> Comparison {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../meshery-core/tests/golden/documents/comparison.json");
    json::read_comparison(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn budgets(comparison: &Comparison, budgets: &[&str]) -> GateResult {
    let budgets = budgets.iter().map(|budget| budget.parse().unwrap()).collect();
    judge(comparison, &Gate { fail_on: Vec::new(), budgets, ..Gate::default() }).unwrap()
}

#[test]
fn a_regression_fails_and_says_what() {
    let result = judge(&real(), &Gate::default()).unwrap();
    let regressed = |verdict: Verdict| verdict == Verdict::Regressed || verdict == Verdict::Invalid;
    let expected = real()
        .effects
        .iter()
        .filter(|effect| effect.arm != "none-again" && !effect.metric.contains('/') && regressed(effect.verdict))
        .count();
    assert!(!result.passed && expected > 0);
    assert_eq!(result.failures.len(), expected);
    let p50 = result.failures.iter().find(|note| note.metric == "latency.p50" && note.arm == "envoy").unwrap();
    assert!(p50.rule == "not regressed" && p50.found.contains('%'), "{p50:?}");
    let only = Gate { metrics: vec!["throughput".into()], ..Gate::default() };
    assert!(judge(&real(), &only).unwrap().passed);
}

#[test]
fn budgets_are_kept_or_over_on_either_scale() {
    let comparison = real();
    let effect = comparison.effect("envoy", "latency.p50").unwrap();
    let added = effect.arm_value.unwrap() - effect.baseline_value.unwrap();
    let of = |factor: f64| format!("envoy: latency.p50 < {}ns", (added * factor) as u64);
    assert!(budgets(&comparison, &[&of(3.0)]).passed);
    let over = budgets(&comparison, &[&of(0.2)]);
    assert!(!over.passed && over.failures[0].found.contains("interval"), "{over:?}");
    assert_eq!(over.failures[0].rule, of(0.2));
    for (budget, passed) in [
        ("latency.p50 < 10000%", true),
        ("latency.p50 < 1%", false),
        ("memory < 1GB", true),
        ("memory < 1kB", false),
        ("cpu_per_1000_requests < 10s", true),
        ("cpu_per_1000_requests/client < 1us", false),
        ("throughput > -5%", true),
        ("errors < 5%", true),
    ] {
        assert_eq!(budgets(&comparison, &[budget]).passed, passed, "{budget}");
    }
}

#[test]
fn what_the_runs_cannot_tell_is_undecided_and_strictly_a_failure() {
    let comparison = real();
    let effect = comparison.effect("envoy", "latency.p50").unwrap();
    let budget = format!("envoy: latency.p50 < {}%", effect.difference.unwrap() * 100.0);
    let gate = Gate { fail_on: Vec::new(), budgets: vec![budget.parse().unwrap()], ..Gate::default() };
    let result = judge(&comparison, &gate).unwrap();
    assert!(result.passed && result.undecided.len() == 1, "{result:?}");
    assert!(!judge(&comparison, &Gate { strict: true, ..gate }).unwrap().passed);
}

#[test]
fn what_cannot_be_asked_is_refused_with_its_place() {
    for (budget, place) in [
        ("latency.p98 < 1ms", "budgets[0].metric"),
        ("nobody: memory < 1MB", "budgets[0].metric"),
        ("memory < 5%", "budgets[0].limit"),
    ] {
        let gate = Gate { budgets: vec![budget.parse().unwrap()], ..Gate::default() };
        let error = judge(&real(), &gate).unwrap_err();
        assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::InvalidInput, Some(place)), "{budget}");
    }
    let gate = Gate { metrics: vec!["latency".into()], ..Gate::default() };
    assert_eq!(judge(&real(), &gate).unwrap_err().report().place.as_deref(), Some("metrics[0].metric"));
}
