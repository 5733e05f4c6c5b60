//! Every dialect: read, converted, written back and checked.

use std::collections::BTreeSet;
use std::path::Path;

use meshery_core::ErrorKind;
use meshery_perf::exchange::smp::{
    DIALECTS, Document, Int32, Int64, MeshType, Noticed, Protocol, Reading, Warning, read, read_all,
};
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

/// Every fixture and its dialect.
const FIXTURES: [(&str, &str); 15] = [
    ("current", "current-bundle.json"),
    ("current", "current-config-camel.json"),
    ("current", "current-mesh.yaml"),
    ("current", "current-result.json"),
    ("current", "meshery-export.yaml"),
    ("draft-2020", "draft-2020-config.json"),
    ("draft-2020", "draft-2020-environment.json"),
    ("draft-2020", "draft-2020-mesh.yaml"),
    ("draft-2020", "draft-2020-result.yaml"),
    ("meshery-file", "meshery-file.yaml"),
    ("readme-sample", "readme-sample.yaml"),
    ("readme-sample", "readme-template.yaml"),
    ("schemas-v1beta3", "v1beta3-config.json"),
    ("schemas-v1beta3", "v1beta3-profile.json"),
    ("schemas-v1beta3", "v1beta3-result.json"),
];

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/smp").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn fixture(name: &str) -> Reading {
    read(&text(name)).unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

fn json(reading: &Reading) -> Value {
    serde_json::from_str(&reading.document.to_json().unwrap()).unwrap()
}

#[test]
fn every_dialect_is_recognised_and_has_a_fixture() {
    for (dialect, name) in FIXTURES {
        assert_eq!(fixture(name).dialect, dialect, "{name}");
    }
    for dialect in DIALECTS {
        assert!(FIXTURES.iter().any(|(name, _)| *name == dialect.name), "no fixture of {}", dialect.name);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/smp");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), FIXTURES.len());
}

#[test]
fn what_was_read_is_written_and_read_again_and_is_the_same() {
    for (_, name) in FIXTURES {
        let first = fixture(name);
        let again = read(&first.document.to_json().unwrap()).unwrap();
        assert_eq!((again.dialect, &again.document), ("current", &first.document), "{name}");
        let repaired = |warning: &&Warning| warning.code == Noticed::UnitRepaired;
        assert_eq!(again.warnings.iter().find(repaired), None, "{name}");
    }
}

/// The value at a place such as `clients.0.rps`.
fn at<'a>(value: &'a Value, place: &str) -> &'a Value {
    place.split('.').fold(value, |value, step| match value {
        Value::Array(items) => &items[step.parse::<usize>().unwrap()],
        other => &other[step],
    })
}

#[test]
fn drafts_of_2020_get_todays_names_and_numbers() {
    let config = fixture("draft-2020-config.json");
    assert_eq!(noticed(&config), [(Noticed::Numbered, "clients[0].protocol", "0", "PROTOCOL_HTTP")]);
    let value = json(&config);
    assert_eq!(at(&value, "clients.1.protocol"), "PROTOCOL_GRPC");
    assert_eq!(at(&value, "clients.0.endpoint_urls.0"), "http://productpage.example/");
    assert_eq!(at(&value, "smp_version"), "v0.0.1");

    let mesh = fixture("draft-2020-mesh.yaml");
    let expected = [
        (Noticed::Numbered, "mesh_type.type", "2", "ISTIO"),
        (Noticed::Numbered, "application_metadata.application_protocol", "1", "PROTOCOL_HTTPS"),
        (Noticed::Rounded, "ingress_gateway.cpu_mcores", "55.6", "56"),
    ];
    assert_eq!(noticed(&mesh), expected);
    assert_eq!(at(&json(&mesh), "sidecar.cpu_mcores"), 412);

    let result = json(&fixture("draft-2020-result.yaml"));
    assert_eq!((at(&result, "actual_qps"), at(&result, "test_id")), (&json!(49.9), &json!("early-test")));
    assert_eq!(at(&json(&fixture("draft-2020-environment.json")), "nodes.0.mem_mb"), "3840");
    let unsaid = read("smps_version: v0\nmtls_enabled: true\n").unwrap();
    assert_eq!(noticed(&unsaid)[0].0, Noticed::LeftOut, "the name with the number 0 is not written");
}

#[test]
fn two_is_istio_in_the_drafts_and_consul_since() {
    let mesh = |text: &str| read(text).unwrap().document.service_mesh_config.unwrap().mesh_type.unwrap().r#type;
    assert_eq!(mesh("smps_version: v0\nmesh_type: { type: 2 }\n"), Some(MeshType::Istio));
    assert_eq!(mesh("smp_version: v0\nmesh_type: { type: 2 }\n"), Some(MeshType::Consul));
    assert_eq!(mesh("test: { name: a }\nmesh: { type: 2 }\n"), Some(MeshType::Consul));
}

#[test]
fn the_sample_of_the_readme_becomes_four_messages() {
    let sample = fixture("readme-sample.yaml");
    let codes: Vec<_> = sample.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, [Noticed::Unindented, Noticed::Assumed, Noticed::Assumed, Noticed::UnitRepaired]);
    let latency = sample.document.performance_test_result.unwrap().latencies_ms.unwrap();
    assert_eq!((latency.min, latency.p50, latency.max), (Some(14.113_208), Some(28.0), Some(214.998_713)));

    let value = json(&fixture("readme-template.yaml"));
    for (place, expected) in [
        ("performance_test_config.clients.0.endpoint_urls.0", json!("http://shop.example/")),
        ("performance_test_result.actual_qps", json!(1500.0)),
        ("performance_test_result.latencies_ms.average", json!(18.0)),
        ("service_mesh_config.mtls_enabled", json!(true)),
        ("service_mesh_config.sidecar.cpu_mcores", json!(2725)),
        ("service_mesh_config.tracing", json!({ "count": 1 })),
        ("environment_config.nodes.2.cores", json!(8)),
        ("environment_config.individual_workloads.0.cpu_mcores", json!(61)),
    ] {
        assert_eq!(at(&value, place), &expected, "{place}");
    }
}

#[test]
fn mesherys_own_schemas_are_read() {
    let value = json(&fixture("v1beta3-profile.json"));
    for (place, expected) in [
        ("performance_test_config.clients.1.load_generator", json!("nighthawk")),
        ("performance_test_config.clients.0.endpoint_urls.1", json!("http://shop.example/b")),
        ("performance_test_config.clients.0.headers.accept", json!("text/html")),
        ("performance_test_config.requestCookies", json!("session")),
        ("service_mesh_config.mesh_type.type", json!("NETWORK_SERVICE_MESH")),
    ] {
        assert_eq!(at(&value, place), &expected, "{place}");
    }
    let result = fixture("v1beta3-result.json");
    assert_eq!(result.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), [Noticed::Interpolated]);
    let value = json(&result);
    for (place, expected) in [
        ("performance_test_result.latencies_ms.min", json!(0.213_011)),
        ("performance_test_result.latencies_ms.max", json!(12.994_003)),
        ("performance_test_result.end_time", json!("2026-05-12T13:00:20.026033822Z")),
        ("performance_test_result.runnerResults.RetCodes.503", json!(2)),
        ("performance_test_config.clients.0.rps", json!("100")),
        ("service_mesh_config.mesh_type.type", json!("LINKERD")),
        ("environment_config.kubernetes_version", json!("v1.33.2")),
    ] {
        assert_eq!(at(&value, place), &expected, "{place}");
    }
}

#[test]
fn a_time_that_was_never_set_is_none() {
    let reading = read("actual_qps: 3\nstart_time: 0001-01-01T00:00:00Z\n").unwrap();
    assert_eq!(noticed(&reading), [(Noticed::NeverSet, "start_time", "0001-01-01T00:00:00Z", "nothing")]);
    assert_eq!(reading.document.performance_test_result.unwrap().start_time, None);
}

#[test]
fn problems_have_their_place() {
    let document = document(&json!({
        "performance_test_config": {
            "id": "a", "duration": "30", "clients": [{ "connections": -1, "protocol": "PROTOCOL_INVALID" }],
        },
        "performance_test_result": {
            "test_id": "b", "start_time": "2026-01-01T00:00:01Z", "end_time": "2026-01-01T00:00:00Z",
            "latencies_ms": { "min": 2, "average": 1, "p50": 3, "p99": 2.5 }, "actual_qps": -1,
        },
        "service_mesh_config": {
            "mesh_type": { "type": "INVALID_MESH" }, "mesh_policy": { "cache_hit_rate": 101 },
            "sidecar": { "bps": 3_000_000_000_i64 }, "flavour": "sweet",
        },
        "environment_config": { "nodes": [{ "mem_mb": "-5" }] },
    }));
    let places: BTreeSet<_> = document.problems().into_iter().filter_map(|problem| problem.place).collect();
    let expected = [
        "environment_config.nodes[0].mem_mb",
        "performance_test_config.clients[0].connections",
        "performance_test_config.clients[0].endpoint_urls",
        "performance_test_config.clients[0].protocol",
        "performance_test_config.duration",
        "performance_test_config.name",
        "performance_test_result.actual_qps",
        "performance_test_result.end_time",
        "performance_test_result.latencies_ms.average",
        "performance_test_result.latencies_ms.p99",
        "performance_test_result.test_id",
        "service_mesh_config.flavour",
        "service_mesh_config.mesh_policy.cache_hit_rate",
        "service_mesh_config.mesh_type.type",
        "service_mesh_config.sidecar.bps",
    ];
    assert_eq!(places.into_iter().collect::<Vec<_>>(), expected);
    assert!(document.check().is_err());
    fixture("current-bundle.json").document.check().unwrap();
    fixture("current-config-camel.json").document.check().unwrap();
    fixture("current-mesh.yaml").document.check().unwrap();
}

/// Puts a member that nobody knows into every object, and says how many.
fn strangers_in_json(value: &mut Value, count: &mut usize) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(|member| strangers_in_json(member, count));
            members.insert(format!("zz_{count}"), format!("<stranger {count}>").into());
            *count += 1;
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strangers_in_json(item, count)),
        _ => {}
    }
}

/// The same before every line of YAML that begins with a name.
fn strangers_in_yaml(text: &str) -> (String, usize) {
    let (mut changed, mut count) = (Vec::new(), 0);
    for line in text.lines() {
        let content = line.trim_start();
        if content.chars().next().is_some_and(char::is_alphabetic) {
            changed.push(format!("{}zz_{count}: <stranger {count}>", &line[..line.len() - content.len()]));
            count += 1;
        }
        changed.push(line.into());
    }
    (changed.join("\n"), count)
}

#[test]
fn no_dialect_loses_what_it_does_not_know() {
    for (dialect, name) in FIXTURES {
        let (changed, count) = match serde_json::from_str::<Value>(&text(name)) {
            Ok(mut value) => {
                let mut count = 0;
                strangers_in_json(&mut value, &mut count);
                (value.to_string(), count)
            }
            Err(_) => strangers_in_yaml(&text(name)),
        };
        let reading = read(&changed).unwrap_or_else(|error| panic!("{name}: {error:?}\n{changed}"));
        assert_eq!(reading.dialect, dialect, "{name}");
        let written = reading.document.to_json().unwrap();
        assert!(count > 1, "{name}");
        for stranger in 0..count {
            assert!(
                written.contains(&format!("<stranger {stranger}>")),
                "{name} lost {stranger}:\n{changed}\n{written}"
            );
        }
        assert_eq!(read(&written).unwrap().document, reading.document, "{name}");
    }
}

#[test]
fn lists_and_pages_are_read_one_by_one() {
    let result: Value = serde_json::from_str(&text("v1beta3-result.json")).unwrap();
    let one = fixture("v1beta3-result.json");
    assert_eq!(read_all(&text("v1beta3-result.json")).unwrap(), std::slice::from_ref(&one));
    let page = json!({ "page": 0, "pageSize": 10, "totalCount": 2, "results": [result, result] });
    for list in [json!([result, result]), page] {
        let read = read_all(&list.to_string()).unwrap();
        assert_eq!(read.iter().map(|reading| &reading.document).collect::<Vec<_>>(), [&one.document, &one.document]);
    }
    let places: Vec<_> = read_all(&json!([{ "type": 3, "version": "1" }]).to_string()).unwrap()[0].warnings.clone();
    assert_eq!(places[0].place, "[0].type");
    assert_eq!(read("[1]").unwrap_err().kind(), ErrorKind::InvalidInput);
}
