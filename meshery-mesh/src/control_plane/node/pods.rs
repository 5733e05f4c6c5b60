//! How pods are looked after.

use std::collections::BTreeMap;
use std::time::Duration;

use meshery_core::control_plane::PodFate;
use meshery_core::{ErrorKind, Object, Result};
use serde_json::json;

use super::{Nodes, status};
use crate::cluster::{Api, Change, Cluster, Method, Request, Watch};

/// After a watch that was refused.
const PAUSE: Duration = Duration::from_millis(200);

/// What was done for a pod, by its uid.
type Done = BTreeMap<String, PodFate>;

/// Looks after all pods on living nodes, for ever.
pub(super) async fn attend(nodes: Nodes, cluster: Cluster) {
    let mut watch = Watch::new(&cluster, Request::get(pod_api().path(None, None)));
    let mut done = Done::new();
    let mut addresses = 0;
    loop {
        let pods = tokio::select! {
            change = watch.next() => match change {
                Ok(Change::Seen(pod)) => vec![pod],
                Ok(Change::Gone(pod)) => {
                    done.remove(pod.uid());
                    continue;
                }
                Ok(Change::Synced) => continue,
                Err(_) => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
            () = nodes.0.changed.notified() => watch.known().values().cloned().collect(),
        };
        for pod in pods {
            if let Some(fate) = wanted(&nodes, &pod, &done) {
                done.insert(pod.uid().to_owned(), fate.clone());
                addresses += 1;
                let new = format!("10.244.{}.{}", addresses / 250 % 250, addresses % 250 + 1);
                let kept = Some(pod.text("/status/podIP")).filter(|kept| !kept.is_empty());
                let address = kept.map_or(new, str::to_owned);
                tokio::spawn(carry_out(nodes.clone(), cluster.clone(), pod, fate, address));
            }
        }
    }
}

/// What has to be done for a pod, if anything.
fn wanted(nodes: &Nodes, pod: &Object, done: &Done) -> Option<PodFate> {
    if !nodes.is_alive(pod.text("/spec/nodeName")) || matches!(pod.text("/status/phase"), "Succeeded" | "Failed") {
        return pod.is_terminating().then_some(PodFate::Ignored).filter(|_| nodes.is_alive(pod.text("/spec/nodeName")));
    }
    if pod.is_terminating() {
        return Some(PodFate::Ignored);
    }
    let fate = nodes.fate(pod.namespace().unwrap_or_default(), pod.name());
    (fate != PodFate::Ignored && done.get(pod.uid()) != Some(&fate)).then_some(fate)
}

async fn carry_out(nodes: Nodes, cluster: Cluster, pod: Object, fate: PodFate, address: String) {
    if let PodFate::Slow(delay) = fate {
        tokio::time::sleep(delay).await;
    }
    let done =
        if pod.is_terminating() { remove(&cluster, &pod).await } else { say(&cluster, &pod, &fate, &address).await };
    match done {
        // A pod that is gone or has changed meanwhile needs nothing of this any more.
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Conflict) => {
            nodes.lock().troubles.push(error.at(pod.to_string()).to_string());
        }
        _ => {}
    }
}

async fn remove(cluster: &Cluster, pod: &Object) -> Result<()> {
    let options = json!({ "gracePeriodSeconds": 0, "preconditions": { "uid": pod.uid() } });
    let request = Request::new(Method::Delete, pod_api().path(pod.namespace(), Some(pod.name())));
    cluster.send(request.body("application/json", serde_json::to_vec(&options)?)).await?.body().await.map(drop)
}

async fn say(cluster: &Cluster, pod: &Object, fate: &PodFate, address: &str) -> Result<()> {
    let path = format!("{}/status", pod_api().path(pod.namespace(), Some(pod.name())));
    let content = json!({ "metadata": { "uid": pod.uid() }, "status": status::pod_status(pod, fate, address) });
    let request = Request::new(Method::Patch, path);
    let content = serde_json::to_vec(&content)?;
    cluster.send(request.body("application/strategic-merge-patch+json", content)).await?.body().await?;
    if *fate == PodFate::CrashLoop { complain(cluster, pod).await } else { Ok(()) }
}

/// The event that a kubelet writes about a container that ends again and again.
async fn complain(cluster: &Cluster, pod: &Object) -> Result<()> {
    let event = json!({
        "metadata": { "generateName": format!("{}.", pod.name()) },
        "involvedObject": {
            "apiVersion": "v1", "kind": "Pod", "namespace": pod.namespace(), "name": pod.name(), "uid": pod.uid(),
        },
        "type": "Warning",
        "reason": "BackOff",
        "message": "Back-off restarting failed container",
        "source": { "component": "kubelet" },
    });
    cluster.create(&Api::core("Event", "events", true), pod.namespace(), &event).await.map(drop)
}

fn pod_api() -> Api {
    Api::core("Pod", "pods", true)
}
