//! What is measured, as a document.

use std::path::Path;
use std::time::Duration;

use meshery_core::comparison::{Arm, ProcessUse};
use meshery_core::load::Tool;
use meshery_core::plan::Role;
use meshery_core::{Comparison, ErrorKind, Fate, LoadSpec, Measurement, Pace, Rate, Stop, json as documents};
use meshery_perf::exchange::smp::{Document, Ids, Int32, MeshType, Noticed, read};
use serde_json::{Value, json};

use super::proto::{TOP, strict};

/// A real result: no mesh, no mesh again, Envoy, and Envoy with mutual TLS.
fn comparison() -> Comparison {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../meshery-core/tests/golden/documents/comparison.json");
    documents::read_comparison(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn measurement() -> Measurement {
    let mut spec = LoadSpec::new("http://user:hunter2@127.0.0.1:8080/items?token=hunter2");
    spec.pace = Pace::Constant(Rate::per_second(1000.0).unwrap());
    spec.stop = Stop::Duration(Duration::from_secs(90));
    let mut measurement = Measurement::new(Tool { name: "meshery".into(), version: "0.1.0".into() }, &spec);
    measurement.started_unix_ns = 1_700_000_000_000_000_000;
    measurement.window = Duration::from_secs(90);
    measurement.throughput = Rate::per_second(999.5).ok();
    for index in 0..10_000_u64 {
        let status = if index % 500 == 0 { (Fate::Status, 503) } else { (Fate::Ok, 200) };
        measurement.measured.counts.add(status.0, Some(status.1));
        measurement.measured.response.record_nanos(100_000 + index * 1_000);
    }
    measurement
}

/// Every message alone is what a reader of protobuf takes, the whole has no problem, and it is read again as it was.
fn judge(document: &Document) {
    document.check().unwrap();
    let value = serde_json::to_value(document).unwrap();
    for (field, message) in TOP {
        if let Some(part) = value.get(field) {
            strict(message, &part.to_string()).unwrap();
        }
    }
    let reading = read(&document.to_json().unwrap()).unwrap();
    assert_eq!((reading.dialect, &reading.document), ("current", document));
    assert_eq!(reading.warnings, []);
}

fn near(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap();
    assert!((found / expected - 1.0).abs() < 0.002, "{found} is not {expected}");
}

#[test]
fn a_measurement_is_a_test_and_a_result() {
    let found = measurement();
    let document = Document::of_measurement(&found, &Ids::from_seed(3)).unwrap();
    judge(&document);
    let value = serde_json::to_value(&document).unwrap();
    let (config, result) = (&value["performance_test_config"], &value["performance_test_result"]);
    near(&result["latencies_ms"]["min"], 0.1);
    near(&result["latencies_ms"]["p50"], 5.1);
    near(&result["latencies_ms"]["p99"], 10.0);
    assert_eq!((&result["actual_qps"], &result["test_id"]), (&json!(999.5), &config["id"]));
    assert_eq!(
        (&result["start_time"], &result["end_time"]),
        (&json!("2023-11-14T22:13:20Z"), &json!("2023-11-14T22:14:50Z"))
    );
    let client = &config["clients"][0];
    assert_eq!(
        (&client["protocol"], &client["rps"], &config["duration"]),
        (&json!("PROTOCOL_HTTP"), &json!("1000"), &json!("90s"))
    );
    let labels = &result["labels"];
    for (name, expected) in [
        ("requests.scheduled", "10000"),
        ("requests.failed", "20"),
        ("requests.fate.status", "20"),
        ("requests.status.503", "20"),
        ("latency.unit", "ms"),
        ("latency.count", "10000"),
        ("valid", "true"),
    ] {
        assert_eq!(labels[format!("meshery/{name}")], expected, "{name}");
    }
    let p999: f64 = labels["meshery/latency.p99.9"].as_str().unwrap().parse().unwrap();
    near(&json!(p999), 10.09);
    assert_eq!(labels["meshery/latency.p99.99"], Value::Null, "10,000 are too few");
    assert_eq!(document.performance_test_result.unwrap().histogram().unwrap(), found.measured.response);
    assert!(!value.to_string().contains("hunter2"));
}

#[test]
fn nothing_measured_is_nothing_written() {
    let empty = Measurement::new(Tool { name: "meshery".into(), version: "0".into() }, &LoadSpec::new("http://a/"));
    assert_eq!(Document::of_measurement(&empty, &Ids::from_seed(1)).unwrap_err().kind(), ErrorKind::Unsupported);
    let mut all = comparison();
    assert_eq!(Document::of_arm(&all, "istio", &Ids::from_seed(1)).unwrap_err().report().place.as_deref(), Some("arm"));
    all.arms.iter_mut().for_each(|arm| arm.runs.clear());
    assert_eq!(Document::of_arm(&all, "envoy", &Ids::from_seed(1)).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn every_arm_of_a_real_comparison_is_a_whole_document() {
    let comparison = comparison();
    for (seed, arm) in comparison.arms.iter().enumerate() {
        let document = Document::of_arm(&comparison, &arm.spec.name, &Ids::from_seed(seed as u64)).unwrap();
        judge(&document);
        let result = document.performance_test_result.as_ref().unwrap();
        assert_eq!(result.histogram().unwrap(), arm.pooled);
        let mesh = document.service_mesh_config.unwrap();
        assert_eq!(mesh.labels["meshery/mesh"], arm.spec.mesh.as_str());
        assert_eq!((mesh.mtls_enabled, mesh.mesh_type), (Some(arm.spec.mtls), None));
        let proxies = |run: &meshery_core::comparison::Run| run.processes.iter().any(|used| used.role == Role::Proxy);
        assert_eq!(mesh.sidecar.is_some(), arm.runs.iter().any(proxies), "{}", arm.spec.name);
    }
}

#[test]
fn what_processes_used_is_in_the_units_of_smp() {
    let mut comparison = comparison();
    let arm: &mut Arm = comparison.arms.iter_mut().find(|arm| arm.spec.name == "envoy").unwrap();
    arm.spec.mesh = "istio".into();
    let used = |name: &str, role, millis, memory_bytes| ProcessUse {
        name: name.into(),
        role,
        cpu: Duration::from_millis(millis),
        memory_bytes,
        peak_memory_bytes: memory_bytes,
    };
    arm.versions = [("client", "1.40.0"), ("server", "1.40.0"), ("istiod", "1.29.0")]
        .map(|(name, version)| (name.to_owned(), version.to_owned()))
        .into();
    for run in &mut arm.runs {
        run.measurement.as_mut().unwrap().window = Duration::from_secs(2);
        run.processes = vec![
            used("client", Role::Proxy, 300, 40_000_000),
            used("server", Role::Proxy, 200, 35_400_000),
            used("istiod", Role::ControlPlane, 10, 80_000_000),
            used("upstream", Role::Workload, 900, 9_000_000),
        ];
    }
    let document = Document::of_arm(&comparison, "envoy", &Ids::from_seed(9)).unwrap();
    judge(&document);
    let mesh = document.service_mesh_config.unwrap();
    assert_eq!(mesh.mesh_type.unwrap().r#type, Some(MeshType::Istio));
    assert_eq!(mesh.proxy_build.as_deref(), Some("1.40.0"));
    let sidecar = mesh.sidecar.unwrap();
    let control = mesh.mesh_control_plane.unwrap();
    assert_eq!(
        (sidecar.count, sidecar.cpu_mcores, sidecar.mem_mb),
        (Some(Int32(2)), Some(Int32(250)), Some(Int32(75)))
    );
    assert_eq!((control.count, control.cpu_mcores, control.mem_mb), (Some(Int32(1)), Some(Int32(5)), Some(Int32(80))));
    assert_eq!((sidecar.rps, sidecar.bps), (None, None), "not measured, not said");
    assert_eq!(mesh.labels["meshery/client.memory_bytes"], "40000000");
}

#[test]
fn what_this_crate_writes_is_never_taken_for_seconds() {
    let mut found = measurement();
    found.measured.response = meshery_core::Latencies::new();
    // As milliseconds, 12 µs and 350 µs look like whole nanoseconds of seconds.
    found.measured.response.record_nanos(12_007);
    found.measured.response.record_nanos(350_472);
    let document = Document::of_measurement(&found, &Ids::from_seed(1)).unwrap();
    let reading = read(&document.to_json().unwrap()).unwrap();
    assert!(reading.warnings.iter().all(|warning| warning.code != Noticed::UnitRepaired), "{:?}", reading.warnings);
    assert_eq!(reading.document, document);
}
