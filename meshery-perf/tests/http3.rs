//! HTTP/3 against a real Envoy: what the suite over all protocols does not ask.
#![cfg(all(target_os = "linux", feature = "http3"))]

use crate::support::origin::Authority;
use crate::support::{block_on, servers};
use meshery_core::network::{Pem, Tls, TlsVersion};
use meshery_core::{Context, ErrorKind, Fate, LoadSpec, LoadTest, Measurement, Result};
use meshery_perf::Engine;
use serde_json::{Value, json};

fn run(port: u16, tls: Tls, more: &Value) -> Result<Measurement> {
    let mut spec = json!({
        "target": format!("https://127.0.0.1:{port}/"), "protocol": "http3", "warm_up": "0s", "connections": 2,
        "streams": 8, "timeout": "5s", "seed": 7, "stop": { "count": 200 },
    });
    for (name, value) in more.as_object().unwrap() {
        spec[name] = value.clone();
    }
    let spec = LoadSpec { tls: Some(tls), ..serde_json::from_value(spec).unwrap() };
    block_on(Engine::new().run(&spec, &Context::default()))
}

#[test]
fn streams_checks_bodies_and_identities() {
    let authority = Authority::new();
    let identity = authority.sign("127.0.0.1");
    let (Pem::Text(certificate), Pem::Text(key)) = (identity.certificate, identity.key) else { unreachable!() };
    let Some((_envoy, [_, port, _])) = servers::envoy(&certificate, &key) else { return };
    let trusted = || authority.trusted();

    let checks = json!([{ "status": [200] }, { "body": { "equals": "ok" } }, { "header": { "name": "server" } }]);
    let found = run(port, trusted(), &json!({ "checks": checks, "pace": "closed" })).unwrap();
    assert_eq!(found.measured.counts.statuses, [(200, 200)].into(), "{:?}", found.measured.counts);
    assert_eq!(found.measured.counts.of(Fate::Ok), 200, "{:?}", found.check_failures);
    assert_eq!((found.measured.connect.count(), found.measured.handshake.count()), (2, 2));

    // Envoy answers before it has read so much: nobody wants the rest, and the connection goes on.
    let upload = json!({ "request": { "method": "POST", "body": { "size": 300_000 } }, "stop": { "count": 40 } });
    let found = run(port, trusted(), &upload).unwrap();
    assert_eq!(found.measured.counts.of(Fate::Ok), 40, "{:?}", found.measured.counts);

    // Whoever is not trusted gets no request, and QUIC has no older TLS.
    let error = run(port, Authority::new().trusted(), &json!({})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    let error = run(port, Tls { version: Some(TlsVersion::Tls12), ..trusted() }, &json!({})).unwrap_err();
    assert_eq!(error.report().place.as_deref(), Some("tls.version"), "{error}");
}

#[test]
fn a_server_that_hears_nothing_times_out() {
    let [nobody] = servers::free_ports();
    let _held = std::net::UdpSocket::bind(("127.0.0.1", nobody)).unwrap();
    let error = run(nobody, Authority::new().trusted(), &json!({ "timeout": "300ms" })).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
}
