//! HTTP/2 and gRPC against real servers: hyper and tonic.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::support::block_on;
use crate::support::origin::{Authority, Origin, ok};
use meshery_core::{Context, Fate, LoadSpec, LoadTest, Measurement};
use meshery_perf::Engine;
use serde_json::{Value, json};

fn load(target: &str, protocol: &str, more: Value) -> LoadSpec {
    let mut spec = json!({
        "target": target, "protocol": protocol, "pace": { "constant": "2000/s" }, "stop": { "count": 1000 },
        "warm_up": "0s", "connections": 2, "streams": 16, "timeout": "5s", "seed": 7,
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

#[test]
fn streams_share_connections_in_the_clear_and_in_tls() {
    let authority = Authority::new();
    let plain = Origin::plain(|_| ok("ok"));
    let secure = Origin::start(Some(authority.server(false)), |_| ok("ok"));
    for pace in [json!({ "constant": "2000/s" }), json!("closed")] {
        for (origin, scheme, tls) in [(&plain, "http", None), (&secure, "https", Some(authority.trusted()))] {
            let spec = LoadSpec { tls, ..load(&origin.url(scheme), "http2", json!({ "pace": pace })) };
            let measurement = run(&spec);
            assert_eq!(measurement.measured.counts.statuses, [(200, 1000)].into(), "{scheme} {pace}");
            assert_eq!(measurement.measured.counts.of(Fate::Ok), 1000, "{scheme} {pace}");
            assert_eq!(measurement.measured.first_byte.count(), 1000);
        }
    }
    assert_eq!(plain.connections.load(Ordering::SeqCst), 4, "two for each load");
}

#[test]
fn large_bodies_go_both_ways_through_flow_control() {
    let origin = Origin::plain(|seen| ok(seen.body));
    let spec = load(
        &origin.url("http"),
        "http2",
        json!({
            "request": { "method": "POST", "body": { "size": 700_000 } }, "pace": "closed", "stop": { "count": 40 },
            "streams": 4, "checks": [{ "size": { "at_least": 700_000, "at_most": 700_000 } }],
        }),
    );
    let measurement = run(&spec);
    assert_eq!(measurement.measured.counts.of(Fate::Ok), 40, "{:?}", measurement.check_failures);
    assert!(measurement.measured.bytes_received > 28_000_000 && measurement.measured.bytes_sent > 28_000_000);
}

#[test]
fn requests_differ_and_their_answers_are_checked() {
    let origin = Origin::plain(|seen| ok(seen.path));
    let checks = json!([{ "body": { "matches": "/[0-9]+$" } }, { "header": { "name": "content-length" } }]);
    let spec = load(&origin.url("http"), "http2", json!({ "request": { "path": "/{{counter}}" }, "checks": checks }));
    let measurement = run(&spec);
    assert_eq!(measurement.measured.counts.of(Fate::Ok), 1000, "{:?}", measurement.check_failures);
}

#[test]
fn connections_are_renewed_and_a_slow_stream_is_given_up_alone() {
    let count = AtomicU64::new(0);
    let origin = Origin::plain(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) == 500 {
            std::thread::sleep(Duration::from_millis(400));
        }
        ok("")
    });
    let more = json!({ "network": { "requests_per_connection": 100 }, "timeout": "300ms" });
    let measurement = run(&load(&origin.url("http"), "http2", more));
    let counts = &measurement.measured.counts;
    assert!(counts.of(Fate::Ok) >= 300, "{counts:?}");
    let connections = origin.connections.load(Ordering::SeqCst);
    assert!(connections >= 4 && connections * 100 >= counts.sent, "{connections} connections: {counts:?}");
}

#[test]
fn a_server_without_http2_is_a_protocol_error() {
    let server = crate::support::Server::start(|_, stream| crate::support::answer(stream, crate::support::OK));
    let spec = load(&server.url(), "http2", json!({ "stop": { "count": 20 } }));
    let counts = run(&spec).measured.counts;
    assert_eq!(counts.of(Fate::Ok), 0, "{counts:?}");
    assert!(counts.of(Fate::Protocol) > 0, "{counts:?}");
}

/// tonic's own health service, which knows one service; until this is dropped.
struct Tonic {
    address: std::net::SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Tonic {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let address = runtime.block_on(async {
            let (reporter, service) = tonic_health::server::health_reporter();
            reporter.set_service_status("shop", tonic_health::ServingStatus::Serving).await;
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let incoming = tonic::transport::server::TcpIncoming::from(listener);
            let reflection = tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
                .build_v1()
                .unwrap();
            let server = tonic::transport::Server::builder().add_service(service).add_service(reflection);
            tokio::spawn(server.serve_with_incoming(incoming));
            address
        });
        Self { address, runtime: Some(runtime) }
    }

    fn calls(&self, method: &str, more: Value) -> LoadSpec {
        load(&format!("grpc://{}/grpc.health.v1.Health/{method}", self.address), "grpc", more)
    }
}

impl Drop for Tonic {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A `HealthCheckRequest` with the name of a service: field 1, a string.
fn check(service: &str) -> Value {
    json!({ "literal": format!("\n{}{service}", char::from(service.len() as u8)) })
}

#[test]
fn unary_calls_are_answered_and_counted_by_their_grpc_status() {
    let tonic = Tonic::start();
    let known = run(&tonic.calls("Check", json!({ "request": { "messages": [check("shop")] } })));
    assert_eq!(known.measured.counts.statuses, [(0, 1000)].into());
    assert_eq!(known.measured.counts.of(Fate::Ok), 1000);
    assert_eq!(known.measured.classes["0"].count(), 1000);
    let unknown = run(&tonic.calls("Check", json!({ "request": { "messages": [check("cart")] } })));
    assert_eq!(unknown.measured.counts.statuses, [(5, 1000)].into(), "not found");
    let missing = run(&tonic.calls("NoSuchMethod", json!({ "stop": { "count": 20 } })));
    assert_eq!(missing.measured.counts.statuses, [(12, 20)].into(), "unimplemented");
    assert_eq!(missing.measured.counts.of(Fate::Status), 20);
}

#[test]
fn messages_in_json_follow_the_schema_of_a_file_or_of_the_server() {
    let tonic = Tonic::start();
    let file = std::env::temp_dir().join(format!("meshery-schema-{}.pb", std::process::id()));
    std::fs::write(&file, tonic_health::pb::FILE_DESCRIPTOR_SET).unwrap();
    for schema in [json!("reflection"), json!({ "file": file })] {
        let of = |service: &str| json!({ "schema": schema, "messages": [{ "json": { "service": service } }] });
        let known = run(&tonic.calls("Check", json!({ "request": of("shop") })));
        assert_eq!(known.measured.counts.statuses, [(0, 1000)].into(), "{schema}");
        assert_eq!(known.spec.request["schema"], schema, "what was asked for, not what was learnt");
        let mixed = run(&tonic.calls("Check", json!({ "mix": [{ "request": of("{{choice shop|cart}}") }] })));
        let statuses = mixed.measured.counts.statuses;
        assert!(statuses[&0] > 400 && statuses[&5] > 400, "{schema}: {statuses:?}");
    }
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_stream_in_both_directions_takes_turns() {
    let tonic = Tonic::start();
    // Reflection is such a stream. `ServerReflectionRequest { list_services: "" }`, three times: field 7, a string.
    let question = json!({ "base64": "OgA=" });
    let method = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    let request =
        |count: usize| json!({ "method": method, "messages": vec![question.clone(); count], "in_turns": true });
    let received = |count: usize| {
        let measured = run(&tonic.calls("", json!({ "request": request(count), "stop": { "count": 50 } }))).measured;
        assert_eq!(measured.counts.of(Fate::Ok), 50, "{:?}", measured.counts);
        measured.bytes_received
    };
    let (one, ten) = (received(1), received(10));
    assert!(ten > 4 * one, "each question has its answer: {one} and {ten} bytes");
}

#[test]
fn what_a_schema_refuses_is_named_before_the_load() {
    let tonic = Tonic::start();
    let fault = |method: &str, request: Value| {
        let spec = tonic.calls(method, json!({ "request": request }));
        let error = block_on(Engine::new().run(&spec, &Context::default())).unwrap_err();
        (error.report().place.clone().unwrap_or_default(), error.to_string())
    };
    let asked = |message: Value| json!({ "schema": "reflection", "messages": [{ "json": message }] });
    for (method, request, place, says) in [
        ("Check", asked(json!({ "servise": "shop" })), "request.messages[0].json", "servise"),
        ("Check", asked(json!({ "service": 7 })), "request.messages[0].json", "grpc.health.v1.HealthCheckRequest"),
        ("Chek", asked(json!({})), "request.schema", "/grpc.health.v1.Health/Check"),
        ("Check", json!({ "messages": [{ "json": {} }] }), "request.messages[0].json", "needs a schema"),
        ("Check", json!({ "schema": { "file": "no/such" } }), "request.schema.file", "no/such"),
        ("Check", json!({ "schema": { "base64": "AAAA" } }), "request.schema", "not a FileDescriptorSet"),
    ] {
        let (found, message) = fault(method, request);
        assert_eq!(found, place, "{message}");
        assert!(message.contains(says), "{message}");
    }
    let spec = tonic.calls("Check", json!({ "request": asked(json!({})), "target": "grpc://127.0.0.1:9/a.B/C" }));
    assert!(block_on(Engine::new().run(&spec, &Context::default())).is_err());
    let none = json!({ "request": { "method": "/a.B/C", "schema": "reflection", "messages": [{ "json": {} }] } });
    let error = block_on(Engine::new().run(&tonic.calls("Check", none), &Context::default())).unwrap_err();
    assert_eq!(error.report().place.as_deref(), Some("request.schema"), "{error}");
}

#[test]
fn the_message_of_an_answer_can_be_checked() {
    let tonic = Tonic::start();
    // `HealthCheckResponse { status: SERVING }`: field 1, a varint of 1.
    let serving = json!([{ "body": { "equals": "\u{8}\u{1}" } }]);
    let request = json!({ "messages": [check("shop")] });
    let spec = tonic.calls("Check", json!({ "request": request, "checks": serving }));
    assert_eq!(run(&spec).measured.counts.of(Fate::Ok), 1000);
    let spec = tonic.calls("Check", json!({ "request": request, "checks": [{ "size": { "at_least": 3 } }] }));
    assert_eq!(run(&spec).measured.counts.of(Fate::CheckFailed), 1000);
}

#[test]
fn a_stream_of_answers_that_does_not_end_times_out_and_the_connection_goes_on() {
    let tonic = Tonic::start();
    let mix = json!([
        { "weight": 9, "request": { "messages": [check("shop")] } },
        { "weight": 1, "request": { "method": "/grpc.health.v1.Health/Watch", "messages": [check("shop")] } },
    ]);
    let measurement = run(&tonic.calls("Check", json!({ "mix": mix, "timeout": "200ms", "streams": 100 })));
    let counts = &measurement.measured.counts;
    assert!(counts.of(Fate::Ok) > 800 && counts.of(Fate::Timeout) > 50, "{counts:?}");
    assert_eq!(measurement.measured.connect.count(), 2, "no connection was lost");
}
