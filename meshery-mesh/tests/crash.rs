//! The second invariant: an operation is killed after every request that it makes, and the next call ends where an
//! operation ends that nobody has killed. The test starts itself again as the process that is killed.
//!
//! `MESHERY_CRASH_EVERY` spreads the kills of the large instance (1: every request); the small one is always killed after
//! every request.
#![cfg(target_os = "linux")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::bed::{Bed, bed, shop, state};
use crate::support::istiod;
use async_trait::async_trait;
use meshery_core::lifecycle::Source;
use meshery_core::{Context, InstanceSpec, OperationOptions, Result};
use meshery_mesh::cluster::{Answer, Cluster, ClusterOptions, Credentials, Request, Transport};
use meshery_mesh::lifecycle::Lifecycle;
use serde_json::{Value, json};

/// Tells the second process where it stands what it has to do, as JSON.
const TASK: &str = "MESHERY_TEST_TASK";
/// Ended by itself, before it was killed.
const DONE: i32 = 0;

const STEPS: [&str; 3] = ["install", "upgrade", "uninstall"];

/// Without an istiod nobody makes Istio's webhooks ready: only what must be there for others is waited for.
fn options(step: &str, spec: &InstanceSpec) -> OperationOptions {
    let wait = spec.mesh.is_none() || step == "uninstall";
    OperationOptions { wait, remove_definitions: true, ..OperationOptions::default() }
}

/// A door that kills its own process once so many requests have been answered.
struct Deadly {
    inner: Arc<dyn Transport>,
    answered: AtomicUsize,
    after: usize,
}

#[async_trait]
impl Transport for Deadly {
    async fn send(&self, request: Request) -> Result<Answer> {
        let answer = self.inner.send(request).await;
        if self.answered.fetch_add(1, Ordering::SeqCst) + 1 == self.after {
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).unwrap();
        }
        answer
    }
}

/// Not a test but the process that is killed.
#[tokio::test]
async fn the_program() {
    let Some(task) = std::env::var_os(TASK) else { return };
    let task: Value = serde_json::from_slice(&std::fs::read(task).unwrap()).unwrap();
    let credentials = Credentials::File(task["kubeconfig"].as_str().unwrap().into());
    let cluster = Cluster::connect(&ClusterOptions { credentials, ..ClusterOptions::default() }).await.unwrap();
    let (answered, after) = (AtomicUsize::new(0), task["after"].as_u64().unwrap() as usize);
    let door = Deadly { inner: Arc::clone(cluster.transport()), answered, after };
    let step = task["step"].as_str().unwrap();
    let spec: InstanceSpec = serde_json::from_value(task["spec"].clone()).unwrap();
    run(&Lifecycle::new(Cluster::over(Arc::new(door))), step, &spec).await.unwrap();
    std::process::exit(DONE);
}

async fn run(lifecycle: &Lifecycle, step: &str, spec: &InstanceSpec) -> Result<()> {
    let context = Context::default();
    match step {
        "uninstall" => lifecycle.uninstall(&spec.name, &options(step, spec), &context).await.map(drop),
        _ => lifecycle.install(spec, &options(step, spec), &context).await.map(drop),
    }
}

/// Runs a step in a process of its own that is killed after so many requests; whether it was.
fn killed(bed: &Bed, step: &str, spec: &InstanceSpec, after: usize) -> bool {
    let kubeconfig = bed.plane.kubeconfig_path();
    let task = json!({ "kubeconfig": kubeconfig, "step": step, "spec": spec, "after": after });
    let file = kubeconfig.with_file_name("task.json");
    std::fs::write(&file, task.to_string()).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["crash::the_program", "--exact", "--nocapture"]).env(TASK, &file);
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code().is_none_or(|code| code == DONE), "{step} after {after}: {said}");
    output.status.code().is_none()
}

/// Kills each step after each request, and lets the next call end it.
async fn kill_everywhere(name: &str, bed: &Bed, old: &InstanceSpec, new: &InstanceSpec, every: usize) {
    // A namespace takes five seconds to go, which says nothing about crashes: it is there before, and stays.
    bed.namespace(&old.namespace).await;
    let before = bed.snapshot().await;
    let spec_of = |step: &str| if step == "install" { old } else { new };
    let mut expected = BTreeMap::new();
    for step in STEPS {
        run(&bed.lifecycle, step, spec_of(step)).await.unwrap();
        expected.insert(step, state(bed).await);
    }
    assert!(expected["uninstall"].is_empty() && !expected["install"].is_empty());
    let (mut tried, mut ended) = (BTreeMap::<&str, usize>::new(), BTreeSet::new());
    let mut after = 1;
    loop {
        let mut was_killed = false;
        for step in STEPS {
            // A step that has ended by itself makes no more requests than that.
            if !ended.contains(step) && killed(bed, step, spec_of(step), after) {
                was_killed = true;
                *tried.entry(step).or_default() += 1;
            } else {
                ended.insert(step);
            }
            let done = run(&bed.lifecycle, step, spec_of(step)).await;
            // Killed before anything was written down, or after everything was removed, there is nothing to remove.
            let is_gone =
                |error: &meshery_core::Error| step == "uninstall" && error.to_string().contains("there is no instance");
            if let Err(error) = done {
                assert!(is_gone(&error), "{step} after {after}: {error}");
            }
            let now = state(bed).await;
            assert_eq!(
                now.keys().collect::<Vec<_>>(),
                expected[step].keys().collect::<Vec<_>>(),
                "{step} after {after}"
            );
            assert_eq!(now, expected[step], "{step} after {after}");
            if step != "uninstall" {
                let status = bed.lifecycle.status(&old.name, &options(step, old), &bed.context).await.unwrap();
                assert!(
                    status.holder.is_none() && status.objects.len() == now.len(),
                    "{step} after {after}: {status:?}"
                );
            }
        }
        let difference = bed.difference(&before).await;
        assert!(difference.is_empty(), "after {after}: {difference:?}");
        if !was_killed {
            break;
        }
        after += every;
    }
    writeln!(std::io::stderr(), "CRASH {name}: killed after each of {tried:?} requests").unwrap();
    assert!(STEPS.iter().all(|step| tried.get(step).is_some_and(|count| *count > 0)));
}

#[tokio::test]
async fn invariant_02_a_small_instance_survives_every_crash() {
    let Some(bed) = bed().await else { return };
    kill_everywhere("shop", &bed, &shop("1"), &shop("2"), 1).await;
    bed.stop();
}

/// Istio's own charts, rendered once, in two forms that differ in a few objects.
async fn istio(replicas: u32) -> InstanceSpec {
    let values = json!({ "autoscaleEnabled": false, "replicaCount": replicas });
    let mut spec = istiod::spec("istio", None, &values);
    let objects = istiod::rendered(&spec).await;
    assert!(objects.len() > 30, "{} objects", objects.len());
    let items: Vec<Value> = objects.into_iter().map(|object| undescribed(object.into_value())).collect();
    spec.sources = vec![Source::Text(json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string())];
    spec
}

/// Without what definitions say of their fields: three quarters of a megabyte that is read several hundred times here, and
/// makes no request more.
fn undescribed(mut value: Value) -> Value {
    match &mut value {
        Value::Object(map) => {
            map.retain(|key, value| key != "description" || !value.is_string());
            map.values_mut().for_each(|value| *value = undescribed(value.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = undescribed(item.take())),
        _ => {}
    }
    value
}

#[tokio::test]
async fn invariant_02_istio_survives_every_crash() {
    let Some(bed) = bed().await else { return };
    let every = std::env::var("MESHERY_CRASH_EVERY").ok().and_then(|every| every.parse().ok()).unwrap_or(1);
    kill_everywhere("istio", &bed, &istio(1).await, &istio(2).await, every).await;
    bed.stop();
}
