//! What is sent and what must come back: templates, mixes, bodies, checks, thresholds, and when to stop.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::block_on;
use crate::support::origin::{Origin, Seen, ok};
use meshery_core::measurement::Doubt;
use meshery_core::{Context, Fate, LoadSpec, LoadTest, Measurement, Pace, Rate, Stop};
use meshery_perf::Engine;
use serde_json::{Value, json};

fn load(url: String, more: Value) -> LoadSpec {
    let mut spec = json!({
        "target": url, "pace": { "constant": "1000/s" }, "stop": { "count": 400 }, "warm_up": "0s",
        "connections": 4, "timeout": "5s", "seed": 7,
    });
    for (name, value) in more.as_object().unwrap() {
        spec[name] = value.clone();
    }
    serde_json::from_value(spec).unwrap()
}

fn run(spec: &LoadSpec) -> Measurement {
    let measurement = block_on(Engine::new().run(spec, &Context::default())).unwrap();
    assert!(measurement.measured.counts.is_conserved());
    measurement
}

/// A server that remembers what it was asked, and answers `ok`.
fn remembering() -> (Origin, Arc<Mutex<Vec<Seen>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&seen);
    let origin = Origin::plain(move |request| {
        all.lock().unwrap().push(request);
        ok("ok")
    });
    (origin, seen)
}

#[test]
fn every_request_has_its_own_values_and_a_load_repeats_over_any_number_of_threads() {
    let asked = |threads: u32| {
        let (origin, seen) = remembering();
        let request = json!({ "method": "POST", "path": "/{{counter}}/{{uuid}}", "body": "{{random 1 1000000}}" });
        run(&load(origin.url("http"), json!({ "request": request, "threads": threads })));
        let seen = seen.lock().unwrap();
        let all: BTreeMap<_, _> = seen.iter().map(|seen| (seen.path.clone(), seen.body.clone())).collect();
        assert_eq!(all.len(), 400, "no two requests are the same");
        all
    };
    assert_eq!(asked(1), asked(3));
}

#[test]
fn a_mix_is_drawn_by_its_weights() {
    let (origin, seen) = remembering();
    let mix = json!([{ "weight": 3, "request": { "path": "/browse" } }, { "request": { "path": "/buy" } }]);
    run(&load(origin.url("http"), json!({ "mix": mix })));
    let buys = seen.lock().unwrap().iter().filter(|seen| seen.path == "/buy").count();
    // 100 expected; five standard deviations are 43.
    assert!((57..143).contains(&buys), "{buys}");
}

#[test]
fn large_bodies_arrive_whole_said_or_streamed() {
    for stream in [false, true] {
        let (origin, seen) = remembering();
        let request = json!({ "method": "POST", "body": { "size": 3_000_000 }, "stream": stream });
        let spec = load(origin.url("http"), json!({ "request": request, "stop": { "count": 5 }, "pace": "closed" }));
        let measurement = run(&spec);
        assert_eq!(measurement.measured.counts.of(Fate::Ok), 5);
        assert!(measurement.measured.bytes_sent > 15_000_000);
        assert!(seen.lock().unwrap().iter().all(|seen| seen.body.len() == 3_000_000));
    }
}

#[test]
fn an_answer_that_fails_a_check_is_a_fate_of_its_own_with_evidence() {
    let origin = Origin::plain(|seen| {
        let fails = seen.path.trim_start_matches('/').parse::<u64>().is_ok_and(|number| number % 10 == 3);
        ok(if fails { r#"{"error":"out of stock"}"# } else { r#"{"items":[1]}"# })
    });
    let checks = json!([{ "status": [200] }, { "json": { "pointer": "/items/0", "equals": 1 } }]);
    let measurement =
        run(&load(origin.url("http"), json!({ "request": { "path": "/{{counter}}" }, "checks": checks })));
    let counts = &measurement.measured.counts;
    assert_eq!((counts.of(Fate::Ok), counts.of(Fate::CheckFailed), counts.statuses[&200]), (360, 40, 400));
    let [failures] = measurement.check_failures.as_slice() else { panic!("{:?}", measurement.check_failures) };
    assert_eq!((failures.count, failures.samples.len()), (40, 5));
    assert!(
        failures.samples.iter().all(|sample| sample.request % 10 == 3 && sample.found == r#"nothing at "/items/0""#)
    );
}

#[test]
fn a_slow_answer_fails_the_check_of_its_latency() {
    let origin = Origin::plain(|seen| {
        if seen.path == "/slow" {
            std::thread::sleep(Duration::from_millis(60));
        }
        ok("")
    });
    let mix = json!([{ "weight": 9, "request": {} }, { "request": { "path": "/slow" } }]);
    let spec = load(
        origin.url("http"),
        json!({ "mix": mix, "checks": [{ "latency": "50ms" }], "pace": "closed", "connections": 1, "stop": { "count": 60 } }),
    );
    let measurement = run(&spec);
    let failed = measurement.measured.counts.of(Fate::CheckFailed);
    assert!(failed > 0 && failed < 60, "{failed}");
    assert_eq!(measurement.check_failures[0].count, failed);
}

#[test]
fn connections_are_renewed_after_so_many_requests() {
    let (origin, seen) = remembering();
    let spec = load(origin.url("http"), json!({ "network": { "requests_per_connection": 10 }, "connections": 2 }));
    let measurement = run(&spec);
    assert_eq!(measurement.measured.counts.of(Fate::Ok), 400);
    assert_eq!(seen.lock().unwrap().len(), 400);
    let connections = origin.connections.load(Ordering::SeqCst);
    assert!((40..=42).contains(&connections), "{connections}");
    assert_eq!(measurement.measured.connect.count(), connections.min(measurement.measured.connect.count()));
    assert!(measurement.measured.connect.count() >= 40);
}

#[test]
fn a_load_goes_over_a_unix_socket() {
    let path = std::env::temp_dir().join(format!("meshery-{}.sock", std::process::id()));
    let origin = Origin::unix(path.clone(), |_| ok("ok"));
    let to = format!("unix:{}", path.display());
    let measurement = run(&load("http://app.example/".into(), json!({ "network": { "connect_to": [to] } })));
    assert_eq!(measurement.measured.counts.of(Fate::Ok), 400);
    drop(origin);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn thresholds_are_judged_and_stop_a_load_that_breaks_them() {
    let origin = Origin::plain(|_| {
        let mut answer = ok("");
        *answer.status_mut() = hyper::StatusCode::SERVICE_UNAVAILABLE;
        answer
    });
    let thresholds = json!({
        "failed": [{ "threshold": "rate<0.01", "abortOnFail": true }],
        "http_req_duration": ["p(99)<10000"],
    });
    let spec = load(origin.url("http"), json!({ "thresholds": thresholds, "stop": { "duration": "600s" } }));
    let measurement = run(&spec);
    assert!(measurement.window < Duration::from_secs(60), "{:?}", measurement.window);
    let verdicts: Vec<_> = measurement.thresholds.iter().map(|outcome| outcome.holds).collect();
    assert_eq!(verdicts, [false, true]);
    assert!(measurement.validity.warnings.iter().any(|reason| reason.code == Doubt::Aborted));
}

#[test]
fn a_load_stops_when_its_percentile_is_known_well_enough() {
    let (origin, _) = remembering();
    let precision = json!({ "percentile": 50, "within": 0.9, "at_most": "600s" });
    let measurement = run(&load(origin.url("http"), json!({ "stop": { "precision": precision } })));
    assert!(measurement.window < Duration::from_secs(60), "{:?}", measurement.window);
    assert!(!measurement.validity.invalid.iter().any(|reason| reason.code == Doubt::Cancelled));
    assert!(measurement.percentiles[0].value_ns.is_some());
}

#[test]
fn a_measurement_says_all_there_is_to_say() {
    let (origin, _) = remembering();
    let mut spec = load(origin.url("http"), json!({ "stop": { "duration": "2500ms" }, "warm_up": "200ms" }));
    spec.pace = Pace::Constant(Rate::per_second(400.0).unwrap());
    let measurement = run(&spec);
    let measured = &measurement.measured;
    assert_eq!((measured.counts.scheduled, measured.first_byte.count(), measured.connect.count()), (1000, 1000, 4));
    assert_eq!((measured.classes["2xx"].count(), measured.handshake.count()), (1000, 0));
    let series: Vec<_> = measurement.series.iter().map(|slot| slot.scheduled).collect();
    assert_eq!(series, [400, 400, 200]);
    let known = |percentile: f64| measurement.percentiles.iter().find(|p| (p.percentile - percentile).abs() < 1e-9);
    assert!(known(50.0).unwrap().value_ns.is_some());
    assert!(known(99.99).unwrap().value_ns.is_none() && known(99.99).unwrap().why.is_some());
    assert!(measurement.generator.involuntary_switches.is_some() && measurement.generator.steal.is_some());
    // 1,000 times the bytes of one request.
    assert_eq!(measured.bytes_sent % 1000, 0);
}

#[test]
fn the_generator_says_what_it_adds_itself_when_it_is_asked() {
    let (origin, seen) = remembering();
    let measurement = run(&load(origin.url("http"), json!({ "floor": "400ms" })));
    let floor = measurement.generator.floor.as_ref().unwrap();
    assert_eq!((floor.count(), seen.lock().unwrap().len()), (400, 400));
    assert!(run(&load(origin.url("http"), json!({}))).generator.floor.is_none());
}

#[test]
fn a_count_is_exact_when_a_precise_stop_is_not_asked_for() {
    let (origin, seen) = remembering();
    let spec = LoadSpec { stop: Stop::Count(123), ..load(origin.url("http"), json!({})) };
    run(&spec);
    assert_eq!(seen.lock().unwrap().len(), 123);
}
