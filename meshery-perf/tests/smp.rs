//! Service Mesh Performance: documents of every dialect, read, written back and checked.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends")]

use meshery_core::ErrorKind;
use meshery_perf::exchange::smp::{DIALECTS, Document, Int32, Int64, MeshType, Noticed, Protocol, Reading, read};
use serde_json::{Value, json};

fn document(value: &Value) -> Document {
    read(&value.to_string()).unwrap().document
}

fn noticed(reading: &Reading) -> Vec<(Noticed, &str, &str, &str)> {
    reading.warnings.iter().map(|w| (w.code, w.place.as_str(), w.found.as_str(), w.assumed.as_str())).collect()
}

#[test]
fn dialects_are_sorted() {
    let names: Vec<_> = DIALECTS.iter().map(|dialect| dialect.name).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
}

#[test]
fn both_spellings_of_the_json_mapping_are_read() {
    let snake = json!({ "start_time": "2026-01-31T12:00:00Z", "latencies_ms": { "p99": 3 }, "actual_qps": "99.5" });
    let camel = json!({ "startTime": "2026-01-31T13:00:00+01:00", "latenciesMs": { "p99": "3" }, "actualQps": 99.5 });
    assert_eq!(document(&snake), document(&camel));
    let twice = read(r#"{ "actual_qps": 1, "actualQps": 2 }"#).unwrap_err();
    assert_eq!((twice.kind(), twice.report().place.as_deref()), (ErrorKind::InvalidInput, Some("actualQps")));
}

#[test]
fn numbers_are_numbers_or_texts_and_large_ones_are_texts() {
    let config = document(&json!({ "clients": [{ "connections": 8.0, "rps": "9007199254740993" }] }));
    let client = &config.performance_test_config.as_ref().unwrap().clients[0];
    assert_eq!((client.connections, client.rps), (Some(Int32(8)), Some(Int64(9_007_199_254_740_993))));
    assert!(config.to_json().unwrap().contains(r#""rps": "9007199254740993""#));
}

#[test]
fn fractions_and_numbers_of_names_are_read_and_pointed_at() {
    let reading = read("clients:\n- connections: 2.6\n  protocol: 4\nname: 7\n").unwrap();
    let expected = [
        (Noticed::TextAssumed, "name", "7", "\"7\""),
        (Noticed::Numbered, "clients[0].protocol", "4", "PROTOCOL_GRPC"),
        (Noticed::Rounded, "clients[0].connections", "2.6", "3"),
    ];
    assert_eq!(noticed(&reading), expected);
    let config = reading.document.performance_test_config.unwrap();
    assert_eq!(config.clients[0].protocol, Some(Protocol::Grpc));
    let strict = serde_json::from_value::<Document>(json!({ "service_mesh_config": { "proxy_concurrency": 0.5 } }));
    assert!(strict.unwrap_err().to_string().contains("service_mesh_config.proxy_concurrency"));
}

#[test]
fn the_message_is_told_by_its_fields() {
    let of = |value| document(&value);
    assert!(of(json!({ "name": "a", "duration": "30s" })).performance_test_config.is_some());
    assert!(of(json!({ "id": "a", "end_time": "2026-01-31T12:00:00Z" })).performance_test_result.is_some());
    assert!(of(json!({ "sidecar": {}, "mtlsEnabled": true })).service_mesh_config.is_some());
    assert!(of(json!({ "nodes": [{ "cores": 4 }] })).environment_config.is_some());
    let mesh = of(json!({ "type": "KUMA", "version": "2.9" })).service_mesh_config.unwrap();
    assert_eq!(mesh.mesh_type.unwrap().r#type, Some(MeshType::Kuma));
    for (unclear, found) in [(json!({ "id": "a", "labels": {} }), "id, labels"), (json!({}), "no field")] {
        let error = read(&unclear.to_string()).unwrap_err();
        assert_eq!((error.kind(), error.report().found.as_deref()), (ErrorKind::InvalidInput, Some(found)));
    }
}

#[test]
fn what_has_no_field_is_kept() {
    let value = json!({
        "performance_test_config": { "name": "a", "clients": [{ "rps": "3", "retries": [1, { "after": null }] }], "x": 1.5 },
        "performance_test_result": { "actual_qps": 2.5, "histogram": { "0.1": 4 } },
        "note": "kept",
    });
    let read = document(&value);
    assert_eq!(serde_json::from_str::<Value>(&read.to_json().unwrap()).unwrap(), value);
    assert_eq!(document(&serde_json::to_value(&read).unwrap()), read);
    let places: Vec<_> = read.problems().into_iter().filter_map(|problem| problem.place).collect();
    assert!(places.iter().any(|place| place == "performance_test_config.clients[0].retries"), "{places:?}");
}

#[test]
fn an_unknown_name_survives() {
    let config = document(&json!({ "clients": [{ "protocol": "PROTOCOL_QUIC" }, { "protocol": 77 }] }));
    let written: Value = serde_json::from_str(&config.to_json().unwrap()).unwrap();
    assert_eq!(written, json!({ "clients": [{ "protocol": "PROTOCOL_QUIC" }, { "protocol": 77 }] }));
    let problem = &config.problems()[0];
    assert_eq!(problem.place.as_deref(), Some("performance_test_config.clients[0].protocol"));
    assert!(problem.expected.as_ref().unwrap().contains("PROTOCOL_HTTP"));
}
