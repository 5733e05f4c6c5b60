//! One suite over every protocol, against real servers: nginx, Envoy, tonic, tungstenite, and echoes.
#![cfg(target_os = "linux")]

use std::any::Any;
use std::collections::BTreeSet;
use std::net::{TcpListener, UdpSocket};
use std::time::Duration;

use crate::support::origin::Authority;
use crate::support::{block_on, servers};
use meshery_core::network::Pem;
use meshery_core::{Context, ErrorKind, Fate, LoadSpec, LoadTest, Measurement};
use meshery_perf::Engine;
use meshery_perf::protocol::{PROTOCOLS, Transport, by_name};
use serde_json::{Value, json};

/// A protocol and a server that speaks it.
struct Endpoint {
    name: &'static str,
    /// What a load on it says: at least the target and the protocol.
    load: Value,
    /// Runs as long as this does.
    server: Option<Box<dyn Any>>,
}

impl Endpoint {
    fn new(name: &'static str, protocol: &str, target: &str, server: Option<Box<dyn Any>>) -> Self {
        Self { name, load: json!({ "protocol": protocol, "target": target }), server }
    }

    fn load(&self, more: &Value) -> LoadSpec {
        let mut spec =
            json!({ "warm_up": "0s", "connections": 4, "timeout": "5s", "seed": 7, "stop": { "count": 200 } });
        for (name, value) in [&self.load, more].into_iter().flat_map(|part| part.as_object().unwrap()) {
            spec[name] = value.clone();
        }
        serde_json::from_value(spec).unwrap()
    }

    fn run(&self, more: &Value) -> Measurement {
        let measurement = block_on(Engine::new().run(&self.load(more), &Context::default())).unwrap();
        assert!(measurement.measured.counts.is_conserved(), "{}", self.name);
        measurement
    }
}

/// Every protocol, by every real server that is here.
fn endpoints() -> Vec<Endpoint> {
    let mut all = vec![
        Endpoint::new("grpc, tonic", "grpc", &tonic(), None),
        Endpoint::new("udp, an echo", "udp", &udp_echo(), None),
        Endpoint::new("websocket, tungstenite", "websocket", &websocket(), None),
    ];
    if let Some((nginx, [plain, http2])) = servers::nginx() {
        all.push(Endpoint::new("http1, nginx", "http1", &format!("http://127.0.0.1:{plain}/"), Some(Box::new(nginx))));
        all.push(Endpoint::new("http2, nginx", "http2", &format!("http://127.0.0.1:{http2}/"), None));
    }
    let authority = Authority::new();
    let identity = authority.sign("127.0.0.1");
    let (Pem::Text(certificate), Pem::Text(key)) = (identity.certificate, identity.key) else { unreachable!() };
    if let Some((envoy, [plain, secure, echo])) = servers::envoy(&certificate, &key) {
        let tls = serde_json::to_value(authority.trusted()).unwrap();
        for (name, protocol, port) in
            [("http1, Envoy", "http1", plain), ("http2, Envoy", "http2", plain), ("tcp, Envoy's echo", "tcp", echo)]
        {
            let scheme = if protocol == "tcp" { "tcp" } else { "http" };
            all.push(Endpoint::new(name, protocol, &format!("{scheme}://127.0.0.1:{port}"), None));
        }
        let mut secured = vec![("http1, Envoy, TLS", "http1"), ("http2, Envoy, TLS", "http2")];
        if cfg!(feature = "http3") {
            secured.push(("http3, Envoy", "http3"));
        }
        for (name, protocol) in secured {
            let mut endpoint = Endpoint::new(name, protocol, &format!("https://127.0.0.1:{secure}/"), None);
            endpoint.load["tls"] = tls.clone();
            all.push(endpoint);
        }
        all[0].server = Some(Box::new(envoy));
    }
    all
}

fn tonic() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (_reporter, service) = tonic_health::server::health_reporter();
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let incoming = tonic::transport::server::TcpIncoming::from(listener);
            let server = tonic::transport::Server::builder().add_service(service);
            server.serve_with_incoming(incoming).await
        })
    });
    format!("grpc://{address}/grpc.health.v1.Health/Check")
}

fn udp_echo() -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((count, peer)) = socket.recv_from(&mut buffer) {
            let _ = socket.send_to(&buffer[..count], peer);
        }
    });
    format!("udp://{address}")
}

fn websocket() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let Ok(mut socket) = tungstenite::accept(stream) else { return };
                while let Ok(message) = socket.read() {
                    let is_echoed = message.is_text() || message.is_binary();
                    if is_echoed && socket.send(message).is_err() {
                        return;
                    }
                }
            });
        }
    });
    format!("ws://{address}/")
}

#[test]
fn every_protocol_behaves_alike() {
    let endpoints = endpoints();
    let covered: BTreeSet<_> = endpoints.iter().map(|endpoint| endpoint.load["protocol"].as_str().unwrap()).collect();
    let missing = PROTOCOLS.iter().map(|protocol| protocol.name()).filter(|name| !covered.contains(name));
    assert!(std::env::var_os("CI").is_none() || missing.clone().count() == 0, "{:?}", missing.collect::<Vec<_>>());
    for endpoint in &endpoints {
        answers_are_counted_and_timed(endpoint);
        waits_change_nothing_but_when(endpoint);
        connections_are_renewed(endpoint);
        a_check_that_fails_is_a_fate(endpoint);
        streams_share_a_connection(endpoint);
        nobody_there_is_an_error(endpoint);
    }
}

fn answers_are_counted_and_timed(endpoint: &Endpoint) {
    for pace in [json!("closed"), json!({ "constant": "2000/s" }), json!({ "poisson": "2000/s" })] {
        let measurement = endpoint.run(&json!({ "pace": pace }));
        let measured = &measurement.measured;
        assert_eq!(measured.counts.of(Fate::Ok), 200, "{} {pace}: {:?}", endpoint.name, measured.counts);
        assert_eq!(
            (measured.response.count(), measured.service.count(), measured.first_byte.count()),
            (200, 200, 200),
            "{}",
            endpoint.name
        );
        assert!(measured.bytes_sent > 0 && measured.bytes_received > 0, "{}", endpoint.name);
        assert!(measured.response.quantile(1.0).unwrap() < Duration::from_secs(5), "{}", endpoint.name);
    }
}

fn waits_change_nothing_but_when(endpoint: &Endpoint) {
    for wait in ["spin", "hybrid", "sleep"] {
        let measurement = endpoint.run(&json!({ "wait": wait, "pace": { "constant": "5000/s" } }));
        assert_eq!(measurement.measured.counts.of(Fate::Ok), 200, "{} {wait}", endpoint.name);
        // An answer cannot come before its request.
        assert!(
            measurement.measured.service.quantile(0.0).unwrap() > Duration::from_micros(1),
            "{} {wait}",
            endpoint.name
        );
    }
}

fn connections_are_renewed(endpoint: &Endpoint) {
    let more = json!({ "network": { "requests_per_connection": 10 }, "pace": "closed" });
    let measured = endpoint.run(&more).measured;
    assert_eq!(measured.counts.of(Fate::Ok), 200, "{}: {:?}", endpoint.name, measured.counts);
    assert!(measured.connect.count() >= 15, "{}: {}", endpoint.name, measured.connect.count());
}

fn a_check_that_fails_is_a_fate(endpoint: &Endpoint) {
    let measurement = endpoint.run(&json!({ "checks": [{ "latency": "1ns" }] }));
    assert_eq!(measurement.measured.counts.of(Fate::CheckFailed), 200, "{}", endpoint.name);
    assert!(!measurement.check_failures[0].samples.is_empty(), "{}", endpoint.name);
}

fn streams_share_a_connection(endpoint: &Endpoint) {
    let measured = endpoint.run(&json!({ "connections": 1, "streams": 8, "pace": { "constant": "5000/s" } })).measured;
    assert_eq!((measured.counts.of(Fate::Ok), measured.connect.count()), (200, 1), "{}", endpoint.name);
}

fn nobody_there_is_an_error(endpoint: &Endpoint) {
    let mut spec = endpoint.load(&json!({}));
    let scheme = spec.target.split("://").next().unwrap().to_owned();
    let [nobody] = servers::free_ports();
    spec.target = format!("{scheme}://127.0.0.1:{nobody}/a.B/C");
    // Nothing is heard of a datagram's connection.
    if by_name(&spec.protocol).unwrap().transport() == Transport::Stream {
        let error = block_on(Engine::new().run(&spec, &Context::default())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable, "{}: {error}", endpoint.name);
    }
}
