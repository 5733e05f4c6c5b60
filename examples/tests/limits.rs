//! The load engine at the limits of a machine: very many connections, and no descriptor left.
#![cfg(target_os = "linux")]

use std::net::SocketAddr;
use std::process::Command;

use serde_json::{Value, json};

/// A server for very many connections, in one thread: reads whatever is there and answers once per request.
fn server() -> SocketAddr {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        runtime.block_on(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    use tokio::io::{AsyncReadExt, AsyncWriteExt};
                    let mut buffer = [0; 512];
                    while let Ok(1..) = stream.read(&mut buffer).await {
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                        if stream.write_all(answer).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
    });
    address
}

/// Runs the `load` program in a process of its own, which has its own descriptors, after a line of shell.
fn load(before: &str, spec: &Value) -> Value {
    let script = format!("{before} exec \"$0\" \"$1\"");
    let output =
        Command::new("sh").args(["-c", &script, env!("CARGO_BIN_EXE_load"), &spec.to_string()]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn conserved(measurement: &Value) {
    let counts = &measurement["measured"]["counts"];
    let fates: u64 = counts["fates"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(counts["scheduled"], fates, "{counts}");
}

#[test]
fn ten_thousand_connections_are_opened_and_used() {
    let url = format!("http://{}/", server());
    let spec = json!({
        "target": url, "connections": 10_000, "pace": { "constant": "4000/s" }, "stop": { "count": 12_000 },
        "warm_up": "0s", "timeout": "30s",
    });
    let measurement = load("", &spec);
    conserved(&measurement);
    assert_eq!(measurement["measured"]["counts"]["fates"], json!({ "ok": 12_000 }));
    assert_eq!(measurement["measured"]["connect"]["count"], 10_000);
}

#[test]
fn a_load_that_runs_out_of_descriptors_goes_on_with_those_it_has() {
    let url = format!("http://{}/", server());
    let spec = json!({
        "target": url, "connections": 200, "pace": { "constant": "1000/s" }, "stop": { "count": 1000 },
        "warm_up": "0s", "timeout": "10s",
    });
    let measurement = load("ulimit -n 64;", &spec);
    conserved(&measurement);
    let connections = measurement["measured"]["connect"]["count"].as_u64().unwrap();
    assert!((1..64).contains(&connections), "{connections}");
    assert_eq!(measurement["measured"]["counts"]["fates"], json!({ "ok": 1000 }));
}
