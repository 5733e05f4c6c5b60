//! What is left of installations in the process that made them: nothing. A program of its own with one test, since other
//! tests would open descriptors and start threads beside it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use std::fs::{read_dir, read_link, read_to_string};
use std::time::Duration;

use meshery_core::{Context, Installation, MeshHost};
use meshery_mesh::LocalHost;
use support::{envoy_spec, host};
use tokio::runtime::Handle;

/// The kinds of what this process has open, and the names of its threads.
fn held() -> (Vec<String>, Vec<String>) {
    let open = read_dir("/proc/self/fd").unwrap().flatten();
    let kind = |link: String| link.split_once(':').map_or(link.clone(), |(kind, _)| kind.to_owned());
    let open = open.filter_map(|entry| Some(kind(read_link(entry.path()).ok()?.display().to_string())));
    let threads = read_dir("/proc/self/task").unwrap().flatten();
    let threads = threads.filter_map(|entry| read_to_string(entry.path().join("comm")).ok());
    let (mut open, mut threads): (Vec<_>, Vec<_>) = (open.collect(), threads.collect());
    open.sort();
    threads.sort();
    (open, threads)
}

/// What is held once all work has come to its end: the thread that reads a log ends just after its process, so that only
/// the upstream's is left, and a task that was given up lets go when the runtime next comes to it.
async fn held_at_rest() -> (Vec<String>, Vec<String>) {
    for _ in 0..4000 {
        let tasks = Handle::current().metrics().num_alive_tasks();
        let held = held();
        let logs = held.1.iter().filter(|name| name.trim() == "meshery-log").count();
        if logs == 1 && tasks == 0 {
            return held;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("no rest: {:#?}", held());
}

async fn install_prove_and_remove(host: &LocalHost, upstream: &Installation) {
    let context = Context::default();
    let mesh = host.install(&envoy_spec(&upstream.entry, true), &context).await.unwrap();
    let outcomes = host.verify(&mesh, &context).await.unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.passed), "{outcomes:#?}");
    host.uninstall(&mesh).await.unwrap();
}

#[tokio::test]
async fn descriptors_and_threads_are_as_before() {
    let Some(host) = host() else { return };
    let upstream = host.start_upstream(&Context::default()).await.unwrap();
    // The first time opens what the process keeps.
    install_prove_and_remove(&host, &upstream).await;
    let before = held_at_rest().await;
    for _ in 0..2 {
        install_prove_and_remove(&host, &upstream).await;
        assert_eq!(held_at_rest().await, before);
    }
}
