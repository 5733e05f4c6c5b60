//! TCP and UDP against echo servers, with losses and in TLS.

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};

use crate::support::block_on;
use meshery_core::{Context, Fate, LoadSpec, LoadTest, Measurement};
use meshery_perf::Engine;
use serde_json::{Value, json};

fn load(target: String, protocol: &str, more: Value) -> LoadSpec {
    let mut spec = json!({
        "target": target, "protocol": protocol, "pace": { "constant": "1000/s" }, "stop": { "count": 500 },
        "warm_up": "0s", "connections": 4, "timeout": "200ms", "seed": 7,
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

/// Sends everything back.
fn tcp_echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut buffer = vec![0; 65_536];
                while let Ok(count @ 1..) = stream.read(&mut buffer) {
                    if stream.write_all(&buffer[..count]).is_err() {
                        return;
                    }
                }
            });
        }
    });
    format!("tcp://{address}")
}

/// Sends every datagram back but one in ten.
fn udp_echo() -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 65_536];
        for number in 0_u64.. {
            let Ok((count, peer)) = socket.recv_from(&mut buffer) else { return };
            if number % 10 != 9 && socket.send_to(&buffer[..count], peer).is_err() {
                return;
            }
        }
    });
    format!("udp://{address}")
}

#[test]
fn a_tcp_echo_answers_each_and_several_at_once() {
    for (pace, streams) in [(json!("closed"), 1), (json!({ "constant": "1000/s" }), 1), (json!("closed"), 8)] {
        let request = json!({ "payload": "{{uuid}}" });
        let more = json!({ "request": request, "pace": pace, "streams": streams });
        let measurement = run(&load(tcp_echo(), "tcp", more));
        assert_eq!(measurement.measured.counts.of(Fate::Ok), 500);
        assert_eq!((measurement.measured.bytes_sent, measurement.measured.bytes_received), (18_000, 18_000));
    }
}

#[test]
fn large_payloads_come_back_whole() {
    let request = json!({ "payload": { "size": 1_000_000 } });
    let more = json!({ "request": request, "pace": "closed", "stop": { "count": 20 }, "timeout": "10s" });
    assert_eq!(run(&load(tcp_echo(), "tcp", more)).measured.counts.of(Fate::Ok), 20);
}

#[test]
fn an_echo_that_is_none_is_a_failed_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("tcp://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut buffer = [0; 4];
                while stream.read_exact(&mut buffer).is_ok() && stream.write_all(b"pong").is_ok() {}
            });
        }
    });
    let counts = run(&load(target.clone(), "tcp", json!({ "request": { "payload": "ping" } }))).measured.counts;
    assert_eq!(counts.of(Fate::CheckFailed), 500, "{counts:?}");
    let request = json!({ "payload": "ping", "answer": { "size": 4 } });
    let checks = json!([{ "body": { "equals": "pong" } }]);
    let measurement = run(&load(target, "tcp", json!({ "request": request, "checks": checks })));
    assert_eq!(measurement.measured.counts.of(Fate::Ok), 500);
}

#[test]
fn lost_datagrams_time_out_and_no_late_answer_passes_for_another() {
    let more = json!({ "request": { "payload": "{{uuid}}" }, "connections": 64 });
    let counts = run(&load(udp_echo(), "udp", more)).measured.counts;
    assert_eq!((counts.of(Fate::Ok), counts.of(Fate::Timeout)), (450, 50), "{counts:?}");
}

#[test]
fn a_port_where_nobody_is_is_told_by_the_host() {
    let target = format!("udp://{}", UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let counts = run(&load(target, "udp", json!({ "stop": { "count": 50 } }))).measured.counts;
    assert_eq!(counts.of(Fate::Ok), 0);
    assert!(counts.of(Fate::Reset) > 0, "{counts:?}");
}
