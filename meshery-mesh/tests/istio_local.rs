//! Istio without a cluster: the real istiod, real agents and stock Envoys as processes of this machine. Installed, proven,
//! changed, removed; and what the checks find when its configuration is another one.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as StdMutex};

use meshery_core::plan::Role;
use meshery_core::{Cancel, CheckOutcome, Context, ErrorKind, Event, Installation, MeshHost, MeshSpec};
use meshery_mesh::LocalHost;
use meshery_mesh::host::LocalOptions;
use meshery_mesh::providers::PROVIDERS;
use serde_json::{Value, json};
use support::{assert_gone, descendants, failed, folders_of, host, pids, testbed};
use tokio::sync::{Mutex, MutexGuard};

/// One at a time: each is eleven processes.
async fn alone() -> Option<(LocalHost, MutexGuard<'static, ()>)> {
    static ONE: Mutex<()> = Mutex::const_new(());
    testbed::pilot_agent()?;
    Some((host()?, ONE.lock().await))
}

fn spec(upstream: &str, mtls: bool) -> MeshSpec {
    MeshSpec { mtls, ..MeshSpec::new("istio-local", upstream) }
}

async fn install(host: &LocalHost, spec: &MeshSpec) -> Installation {
    host.install(spec, &Context::default()).await.unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn istio_is_installed_proven_changed_and_removed_without_a_trace() {
    let Some((host, _one)) = alone().await else { return };
    let context = Context::default();
    let upstream = host.start_upstream(&context).await.unwrap();
    let mesh = install(&host, &spec(&upstream.entry, true)).await;
    let roles: BTreeMap<&str, Role> =
        mesh.processes.iter().map(|process| (process.name.as_str(), process.role)).collect();
    for (name, role) in [
        ("client", Role::Proxy),
        ("client-agent", Role::Proxy),
        ("server", Role::Proxy),
        ("server-agent", Role::Proxy),
        ("istiod", Role::ControlPlane),
        ("kube-apiserver", Role::Platform),
        ("etcd", Role::Platform),
    ] {
        assert_eq!(roles.get(name), Some(&role), "{name}: {roles:?}");
    }
    assert!(!roles.contains_key("stranger"), "whom only the checks need is gone");

    let outcomes = host.verify(&mesh, &context).await.unwrap();
    assert_eq!(failed(&outcomes), [""; 0], "{outcomes:#?}");
    assert_eq!(outcomes.len(), 9);
    assert!(evidence(&outcomes, "wrong_identity_refused").contains("status 403"), "{outcomes:#?}");

    let propagation = host.propagation(&mesh, 5, &context).await.unwrap().unwrap();
    assert_eq!((propagation.count(), propagation.unreached), (5, 0), "{propagation:?}");
    assert_eq!(failed(&host.verify(&mesh, &context).await.unwrap()), [""; 0], "all is as before");
    assert!(host.status(&mesh).await.unwrap().iter().all(|process| process.running));

    let (family, folders) = (descendants(&pids(&mesh)), folders_of(&pids(&mesh)));
    assert!(folders.len() >= 3 && folders.iter().all(|folder| folder.is_dir()), "{folders:?}");
    host.uninstall(&mesh).await.unwrap();
    assert_gone(&[pids(&mesh), family].concat());
    assert!(folders.iter().all(|folder| !folder.exists()), "{folders:?}");
    assert!(TcpListener::bind(&mesh.entry).is_ok(), "the port is free again");
}

/// Callers such as Python have a runtime for each call, which ends with it.
#[test]
fn every_call_may_come_from_a_runtime_of_its_own_and_a_check_that_is_given_up_puts_back_what_it_had_moved() {
    let Some((host, _one)) = on_its_own_runtime(alone()) else { return };
    let (host, context) = (Arc::new(host), Context::default());
    let upstream = on_its_own_runtime(host.start_upstream(&context)).unwrap();
    let mesh = on_its_own_runtime(install(&host, &spec(&upstream.entry, true)));

    let (cancel, ended) = (Cancel::new(), Arc::new(AtomicBool::new(false)));
    let verified = std::thread::spawn({
        let (host, mesh, ended) = (Arc::clone(&host), mesh.clone(), Arc::clone(&ended));
        let context = Context::new(cancel.clone(), |_: &Event| {});
        move || {
            let verified = on_its_own_runtime(host.verify(&mesh, &context));
            ended.store(true, Ordering::Relaxed);
            verified
        }
    });
    // Whoever is led to a server that it does not believe answers nobody.
    while is_answered(&mesh) && !ended.load(Ordering::Relaxed) {}
    cancel.cancel();
    assert!(verified.join().unwrap().unwrap_err().is_cancelled());
    assert!(is_answered(&mesh), "as soon as the call has ended");

    let outcomes = on_its_own_runtime(host.verify(&mesh, &context)).unwrap();
    assert_eq!(failed(&outcomes), [""; 0], "{outcomes:#?}");
    let propagation = on_its_own_runtime(host.propagation(&mesh, 2, &context)).unwrap().unwrap();
    assert_eq!((propagation.count(), propagation.unreached), (2, 0), "{propagation:?}");
    on_its_own_runtime(host.uninstall(&mesh)).unwrap();
    assert_gone(&pids(&mesh));
}

fn on_its_own_runtime<T>(call: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(call)
}

/// Whether a request at the entry is answered with 200.
fn is_answered(mesh: &Installation) -> bool {
    let mut stream = TcpStream::connect(&mesh.entry).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", mesh.entry).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.starts_with("HTTP/1.1 200 ")
}

#[tokio::test]
async fn a_cancelled_installation_leaves_nothing() {
    let Some((host, _one)) = alone().await else { return };
    let (cancel, seen) = (Cancel::new(), Arc::new(StdMutex::new((Vec::new(), Vec::new()))));
    let (inner, before) = (cancel.clone(), Arc::clone(&seen));
    // When everything else runs already. Nobody else starts programs meanwhile.
    let context = Context::new(cancel, move |event: &Event| {
        if matches!(event, Event::Step { title } if title == "Start the client-side Envoy") {
            let all = descendants(&[std::process::id()]);
            *before.lock().unwrap() = (all.clone(), folders_of(&all));
            inner.cancel();
        }
    });
    let error = host.install(&spec("127.0.0.1:1", true), &context).await.unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    let (pids, folders) = std::mem::take(&mut *seen.lock().unwrap());
    assert!(pids.len() >= 8 && folders.len() >= 3, "something was there to undo: {pids:?} {folders:?}");
    assert_gone(&pids);
    assert!(folders.iter().all(|folder| !folder.exists()), "{folders:?}");
}

/// A check that cannot fail proves nothing: the checks of mutual TLS, on a mesh without.
#[tokio::test]
async fn without_mutual_tls_the_wire_is_plain_text_and_no_check_of_it_passes() {
    let Some((host, _one)) = alone().await else { return };
    let context = Context::default();
    let upstream = host.start_upstream(&context).await.unwrap();
    let mut mesh = install(&host, &spec(&upstream.entry, false)).await;
    assert_eq!(failed(&host.verify(&mesh, &context).await.unwrap()), [""; 0]);
    mesh.spec.mtls = true;
    let outcomes = host.verify(&mesh, &context).await.unwrap();
    let passed: Vec<_> = outcomes.iter().filter(|outcome| outcome.passed).map(|outcome| &outcome.name).collect();
    assert_eq!(passed, ["request_passes"], "{outcomes:#?}");
}

/// An application that a sidecar does not expect on loopback, and that has a name.
#[tokio::test]
async fn the_upstream_may_be_anywhere() {
    let Some((host, _one)) = alone().await else { return };
    let context = Context::default();
    let upstream = host.start_upstream(&context).await.unwrap();
    let (_, port) = upstream.entry.rsplit_once(':').unwrap();
    let mesh = install(&host, &spec(&format!("localhost:{port}"), true)).await;
    let outcomes = host.verify(&mesh, &context).await.unwrap();
    assert_eq!(failed(&outcomes), [""; 0], "{outcomes:#?}");
    host.uninstall(&mesh).await.unwrap();
}

fn evidence<'a>(outcomes: &'a [CheckOutcome], name: &str) -> &'a str {
    &outcomes.iter().find(|outcome| outcome.name == name).unwrap().evidence
}

/// Which checks of mutual TLS fail when Istio is configured like this.
async fn failed_with(objects: Value) -> Option<Vec<String>> {
    let (host, _one) = alone().await?;
    let context = Context::default();
    let upstream = host.start_upstream(&context).await.unwrap();
    let mut spec = spec(&upstream.entry, true);
    spec.settings.insert("objects".into(), objects);
    let mesh = install(&host, &spec).await;
    let outcomes = host.verify(&mesh, &context).await.unwrap();
    host.uninstall(&mesh).await.unwrap();
    Some(failed(&outcomes).into_iter().map(str::to_owned).collect())
}

fn object(api_version: &str, kind: &str, name: &str, spec: &Value) -> Value {
    let metadata = json!({ "name": name, "namespace": "meshery" });
    json!({ "apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec })
}

/// A policy in place of the one that admits the client side alone.
fn policy(principals: &Value) -> Value {
    let spec = json!({
        "selector": { "matchLabels": { "app": "server" } },
        "rules": [{ "from": [{ "source": { "principals": principals } }] }],
    });
    object("security.istio.io/v1", "AuthorizationPolicy", "server", &spec)
}

#[tokio::test]
async fn a_policy_that_admits_every_identity_is_found() {
    let Some(found) = failed_with(json!([policy(&json!(["*"]))])).await else { return };
    assert_eq!(found, ["wrong_identity_refused"]);
}

#[tokio::test]
async fn a_policy_that_admits_nobody_passes_no_check_by_refusing() {
    let Some(found) = failed_with(json!([policy(&json!(["cluster.local/ns/meshery/sa/nobody"]))])).await else {
        return;
    };
    let at_the_server = [
        "request_passes",
        "wire_encrypted",
        "known_identity_admitted",
        "plaintext_refused",
        "anonymous_refused",
        "wrong_identity_refused",
        "foreign_authority_refused",
    ];
    assert_eq!(found, at_the_server);
}

#[tokio::test]
async fn a_mesh_that_takes_plain_text_as_well_is_found() {
    let permissive = json!({ "mtls": { "mode": "PERMISSIVE" } });
    let anybody = json!({ "selector": { "matchLabels": { "app": "server" } }, "rules": [{}] });
    let objects = json!([
        object("security.istio.io/v1", "PeerAuthentication", "default", &permissive),
        object("security.istio.io/v1", "AuthorizationPolicy", "server", &anybody),
    ]);
    let Some(found) = failed_with(objects).await else { return };
    assert_eq!(found, ["plaintext_refused", "wrong_identity_refused"]);
}

#[tokio::test]
async fn a_client_that_does_not_look_whom_it_talks_to_is_found() {
    let tls = json!({
        "mode": "MUTUAL",
        "clientCertificate": "./cert-chain.pem",
        "privateKey": "./key.pem",
        "insecureSkipVerify": true,
    });
    let rule = json!({ "host": "server.meshery.internal", "trafficPolicy": { "tls": tls } });
    let objects = json!([object("networking.istio.io/v1", "DestinationRule", "server", &rule)]);
    let Some(found) = failed_with(objects).await else { return };
    assert_eq!(found, ["wrong_server_refused", "foreign_server_refused"]);
}

#[tokio::test]
async fn a_missing_program_says_how_to_get_it() {
    let script = support::Script::new("any-program", "echo 'version 99.0.0'");
    let others = ["envoy", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "pilot-discovery"];
    let mut programs: BTreeMap<String, PathBuf> =
        others.into_iter().map(|name| (name.to_owned(), script.0.clone())).collect();
    programs.insert("pilot-agent".into(), "/no/such/pilot-agent".into());
    let options = LocalOptions { programs, ..LocalOptions::default() };
    let error = LocalHost::new(options).unwrap().plan(&spec("127.0.0.1:1", true)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProgramMissing, "{error}");
    assert!(error.to_string().contains("pilot-agent") && error.to_string().contains("cargo xtask testbed"), "{error}");
}

#[tokio::test]
async fn mistakes_in_settings_name_their_place() {
    let mesh = PROVIDERS.iter().find(|mesh| mesh.info().id.as_str() == "istio-local").unwrap();
    for (settings, place) in [
        (json!({ "concurrency": 0 }), "settings.concurrency"),
        (json!({ "share": "" }), "settings.share"),
        (json!({ "objects": { "kind": "Sidecar" } }), "settings.objects"),
        (json!({ "objects": [policy(&json!([])), { "kind": "Sidecar" }] }), "settings.objects[1]"),
    ] {
        let settings = settings.as_object().unwrap().clone();
        let error = mesh.local().unwrap().checks(&MeshSpec { settings, ..spec("127.0.0.1:1", true) }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(error.report().place.as_deref().unwrap().starts_with(place), "{error}");
    }
}
