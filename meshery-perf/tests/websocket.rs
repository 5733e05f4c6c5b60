//! WebSocket against a real server: tungstenite, in the clear and in TLS.

use std::net::TcpListener;

use crate::support::block_on;
use meshery_core::{Context, ErrorKind, Fate, LoadSpec, LoadTest, Measurement};
use meshery_perf::Engine;
use serde_json::{Value, json};
use tungstenite::Message;

fn load(target: &str, more: Value) -> Result<Measurement, meshery_core::Error> {
    let mut spec = json!({
        "target": target, "protocol": "websocket", "pace": { "constant": "1000/s" }, "stop": { "count": 500 },
        "warm_up": "0s", "connections": 4, "timeout": "2s", "seed": 7,
    });
    for (name, value) in more.as_object().unwrap() {
        spec[name] = value.clone();
    }
    let spec: LoadSpec = serde_json::from_value(spec).unwrap();
    let measurement = block_on(Engine::new().run(&spec, &Context::default()));
    assert!(measurement.as_ref().is_ok_and(|found| found.measured.counts.is_conserved()) || measurement.is_err());
    measurement
}

/// Sends every message back, pings before every tenth, and closes after `last`.
fn echo(last: u64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let Ok(mut socket) = tungstenite::accept(stream) else { return };
                for number in 0.. {
                    match socket.read() {
                        Ok(Message::Text(_)) if number == last => {
                            let _ = socket.close(None);
                        }
                        Ok(message @ (Message::Text(_) | Message::Binary(_))) => {
                            if number % 10 == 0 && socket.send(Message::Ping("are you there".into())).is_err() {
                                return;
                            }
                            if socket.send(message).is_err() {
                                return;
                            }
                        }
                        Ok(_) => {}
                        Err(_) => return,
                    }
                }
            });
        }
    });
    format!("ws://{address}/chat")
}

#[test]
fn every_message_is_answered_one_or_several_at_once() {
    for (pace, streams) in [(json!({ "constant": "1000/s" }), 1), (json!("closed"), 1), (json!("closed"), 8)] {
        let request = json!({ "message": "{{uuid}}" });
        let more = json!({ "request": request, "pace": pace, "streams": streams, "checks": [{ "size": { "at_least": 36, "at_most": 36 } }] });
        let measurement = load(&echo(u64::MAX), more).unwrap();
        assert_eq!(measurement.measured.counts.of(Fate::Ok), 500, "{pace} {streams}");
        assert_eq!(measurement.measured.handshake.count(), 4, "the upgrade is timed");
    }
}

#[test]
fn large_binary_messages_come_back_whole() {
    let request = json!({ "message": { "size": 300_000 }, "binary": true });
    let checks = json!([{ "size": { "at_least": 300_000 } }]);
    let more = json!({ "request": request, "checks": checks, "pace": "closed", "stop": { "count": 40 } });
    assert_eq!(load(&echo(u64::MAX), more).unwrap().measured.counts.of(Fate::Ok), 40);
}

#[test]
fn a_server_that_closes_in_the_middle_is_opened_again() {
    let measurement = load(&echo(50), json!({})).unwrap();
    let counts = &measurement.measured.counts;
    assert!(counts.of(Fate::Ok) > 450 && counts.of(Fate::EarlyClose) > 0, "{counts:?}");
    assert!(measurement.measured.handshake.count() > 4);
}

#[test]
fn a_server_that_does_not_speak_it_is_said_before_the_load() {
    let server = crate::support::Server::start(|_, stream| crate::support::answer(stream, crate::support::OK));
    let error = load(&server.url().replace("http://", "ws://"), json!({})).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(error.report().found.as_ref().unwrap().contains("status 200"), "{error}");
}
