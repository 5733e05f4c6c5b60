//! The echo as processes of this machine, on a real Envoy: both versions, their faults, and nothing of it afterwards.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::support::{assert_gone, failed, host, pids};
use meshery_core::plan::{Action, Role};
use meshery_core::{Context, ErrorKind, Installation, MeshHost, MeshSpec, Observed, SampleSpec};
use meshery_mesh::LocalHost;
use meshery_mesh::host::{LocalOptions, inspect};
use meshery_mesh::samples::SAMPLES;
use serde_json::{Value, json};

fn echo(settings: Value) -> SampleSpec {
    SampleSpec { settings: serde_json::from_value(settings).unwrap(), ..SampleSpec::new("echo") }
}

async fn start(host: &LocalHost, settings: Value) -> Installation {
    host.start_sample(&echo(settings), &Context::default()).await.unwrap()
}

/// Status, head and body of a GET at the entry, for a host.
fn get(echo: &Installation, name: &str) -> (u16, String, String) {
    let mut stream = TcpStream::connect(&echo.entry).unwrap();
    write!(stream, "GET /any/path HTTP/1.1\r\nhost: {name}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_ascii_lowercase(), body.to_owned())
}

/// Who answers, each time that so many ask.
fn answers(echo: &Installation, name: &str, times: usize) -> Vec<(u16, String)> {
    let asked = (0..times).map(|_| get(echo, name));
    asked
        .map(|(status, _, body)| {
            let said: Value = serde_json::from_str(&body).unwrap_or_default();
            (status, said["body"].as_str().unwrap_or_default().to_owned())
        })
        .collect()
}

#[tokio::test]
async fn both_versions_are_seen_and_each_can_be_asked_for() {
    let Some(host) = host() else { return };
    let echo = start(&host, json!({})).await;
    assert_eq!(echo.processes.iter().map(|process| process.name.as_str()).collect::<Vec<_>>(), ["v1", "v2", "echo"]);
    assert!(echo.processes.iter().all(|process| process.role == Role::Workload));

    let seen: BTreeSet<_> = answers(&echo, "anybody", 20).into_iter().collect();
    assert_eq!(seen, [(200, "v1".to_owned()), (200, "v2".to_owned())].into());
    for version in ["v1", "v2"] {
        for name in [format!("echo-{version}"), format!("echo-{version}:80")] {
            assert_eq!(answers(&echo, &name, 5), vec![(200, version.to_owned()); 5], "{name}");
        }
    }
    let (_, head, body) = get(&echo, "echo-v2");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), json!({ "name": "echo-v2", "body": "v2", "code": 200 }));

    let outcomes = host.verify(&echo, &Context::default()).await.unwrap();
    assert_eq!((outcomes.len(), failed(&outcomes)), (1, vec![]), "{outcomes:#?}");
    assert_eq!(host.propagation(&echo, 1, &Context::default()).await.unwrap(), None, "its configuration never changes");
    assert!(host.status(&echo).await.unwrap().iter().all(|process| process.running));
    host.uninstall(&echo).await.unwrap();
    assert_gone(&pids(&echo));
    assert!(TcpListener::bind(&echo.entry).is_ok(), "the port is free again");
    host.uninstall(&echo).await.unwrap();
}

#[tokio::test]
async fn what_is_to_be_aborted_is_and_nothing_else() {
    let Some(host) = host() else { return };
    let all = start(&host, json!({ "abort_percentage": 100, "abort_status": 418 })).await;
    assert!(answers(&all, "anybody", 20).iter().all(|(status, _)| *status == 418));
    assert_eq!(host.verify(&all, &Context::default()).await.unwrap(), [], "an aborted request proves nothing");

    let none = start(&host, json!({ "abort_percentage": 0, "abort_status": 418 })).await;
    assert!(answers(&none, "anybody", 20).iter().all(|(status, _)| *status == 200));

    let one = start(&host, json!({ "abort_percentage": 100, "faulty": "v2" })).await;
    assert!(answers(&one, "echo-v1", 10).iter().all(|(status, _)| *status == 200));
    assert!(answers(&one, "echo-v2", 10).iter().all(|(status, _)| *status == 503));

    let everything: Vec<u32> = [&all, &none, &one].into_iter().flat_map(pids).collect();
    drop(host);
    assert_gone(&everything);
}

#[tokio::test]
async fn a_delay_is_configured_and_answers_come() {
    let Some(host) = host() else { return };
    let echo = start(&host, json!({ "delay": "20ms", "faulty": "v1" })).await;
    for (process, delayed) in echo.processes.iter().zip([true, false, false]) {
        let arguments = std::fs::read(format!("/proc/{}/cmdline", process.pid)).unwrap();
        let arguments = String::from_utf8_lossy(&arguments);
        assert_eq!(arguments.contains(r#""fixed_delay":"0.020000000s""#), delayed, "{}: {arguments}", process.name);
    }
    assert_eq!(answers(&echo, "echo-v1", 2), vec![(200, "v1".to_owned()); 2]);
    host.uninstall(&echo).await.unwrap();
    assert_gone(&pids(&echo));
}

#[test]
fn plans_of_samples_are_sound_and_always_the_same() {
    let locals = SAMPLES.iter().filter_map(|sample| sample.local().map(|local| (sample.info().name, local)));
    let mut looked_at = 0;
    for (name, local) in locals {
        assert_eq!(local.info().id.as_str(), name);
        let mesh = local.local().unwrap();
        let spec = MeshSpec::new(&name, "");
        let plan = mesh.plan(&spec, &Observed::default()).unwrap();
        inspect(&plan).unwrap();
        assert_eq!(plan, mesh.plan(&spec, &Observed::default()).unwrap());
        for step in &plan.steps {
            if let Action::StartProcess(process) = &step.action {
                assert!(local.info().programs.iter().any(|need| need.name == process.program), "{name}");
            }
        }
        looked_at += 1;
    }
    assert_eq!(looked_at, 1);
}

#[tokio::test]
async fn what_is_wrong_is_named_at_its_place() {
    let host = LocalHost::new(LocalOptions::default()).unwrap();
    let somewhere = SampleSpec { namespace: Some("shop".into()), ..echo(json!({})) };
    let asks = SampleSpec { namespace_labels: [("a".into(), "b".into())].into(), ..echo(json!({})) };
    for (wanted, kind, place) in [
        (SampleSpec::new("ekko"), ErrorKind::InvalidInput, "sample"),
        (SampleSpec::new("bookinfo"), ErrorKind::Unsupported, "sample"),
        (somewhere, ErrorKind::InvalidInput, "namespace"),
        (asks, ErrorKind::InvalidInput, "namespace_labels"),
    ] {
        let error = host.start_sample(&wanted, &Context::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.report().place.as_deref()), (kind, Some(place)), "{error}");
    }
    let Some(host) = crate::support::host() else { return };
    let error = host.start_sample(&echo(json!({ "abort_percentage": 101 })), &Context::default()).await.unwrap_err();
    assert_eq!(error.report().place.as_deref(), Some("settings.abort_percentage"), "{error}");
    assert!(error.to_string().contains("from 0 to 100"), "{error}");
}
