//! What a kubelet would say of its node and its pods.

use meshery_core::Object;
use meshery_core::control_plane::{NodeSpec, PodFate};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub(super) fn node(node: &NodeSpec) -> Value {
    let mut labels = json!({ "kubernetes.io/hostname": node.name, "kubernetes.io/os": "linux" });
    labels["kubernetes.io/arch"] = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }.into();
    for (name, value) in &node.labels {
        labels[name] = value.as_str().into();
    }
    json!({ "metadata": { "name": node.name, "labels": labels } })
}

pub(super) fn node_status(node: &NodeSpec) -> Value {
    let resources = json!({ "cpu": node.cores.to_string(), "memory": node.memory.to_string(), "pods": "1000" });
    json!({
        "capacity": resources,
        "allocatable": resources,
        "addresses": [{ "type": "InternalIP", "address": "127.0.0.1" }],
        "conditions": [condition("Ready", true, "RunsNothing")],
        "nodeInfo": {
            "machineID": "", "systemUUID": "", "bootID": "", "kernelVersion": "", "osImage": "nothing",
            "containerRuntimeVersion": "nothing://0", "kubeletVersion": "v0.0.0-runs-nothing", "kubeProxyVersion": "",
            "operatingSystem": "linux", "architecture": if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" },
        },
    })
}

/// The status of a pod with a fate. `address` is the pod's own.
pub(super) fn pod_status(pod: &Object, fate: &PodFate, address: &str) -> Value {
    let done = is_of_job(pod) && matches!(fate, PodFate::Ready | PodFate::Slow(_));
    let ready = matches!(fate, PodFate::Ready | PodFate::Slow(_)) && !done;
    let state = match fate {
        PodFate::CrashLoop => json!({ "waiting": { "reason": "CrashLoopBackOff", "message": CRASH_MESSAGE } }),
        PodFate::NoImage => json!({ "waiting": { "reason": "ImagePullBackOff", "message": IMAGE_MESSAGE } }),
        _ if done => json!({ "terminated": { "exitCode": 0, "reason": "Completed" } }),
        _ => json!({ "running": { "startedAt": now() } }),
    };
    let containers = pod.items("/spec/containers").iter();
    let phase = match fate {
        PodFate::NoImage => "Pending",
        _ if done => "Succeeded",
        _ => "Running",
    };
    let reason = if done { "PodCompleted" } else { "ContainersNotReady" };
    json!({
        "phase": phase,
        "hostIP": "127.0.0.1",
        "podIP": address,
        "podIPs": [{ "ip": address }],
        "startTime": now(),
        "conditions": [
            condition("Initialized", true, ""),
            condition("ContainersReady", ready, reason),
            condition("Ready", ready, reason),
        ],
        "initContainerStatuses": pod.items("/spec/initContainers").iter().map(first).collect::<Vec<_>>(),
        "containerStatuses": containers.map(|container| of_container(container, &state, ready, fate)).collect::<Vec<_>>(),
    })
}

const CRASH_MESSAGE: &str = "back-off 5m0s restarting failed container";
const IMAGE_MESSAGE: &str = "Back-off pulling image";

fn of_container(container: &Value, state: &Value, ready: bool, fate: &PodFate) -> Value {
    let crashes = *fate == PodFate::CrashLoop;
    let last = if crashes { json!({ "terminated": { "exitCode": 1, "reason": "Error" } }) } else { json!({}) };
    json!({
        "name": container["name"],
        "image": container["image"],
        "imageID": "",
        "ready": ready,
        "started": ready,
        "restartCount": if crashes { 5 } else { 0 },
        "state": state,
        "lastState": last,
    })
}

/// The status of a container that comes before the others: over and done, unless it stays beside them.
fn first(container: &Value) -> Value {
    let stays = container["restartPolicy"] == "Always";
    let state = if stays { json!({ "running": {} }) } else { json!({ "terminated": { "exitCode": 0 } }) };
    json!({
        "name": container["name"], "image": container["image"], "imageID": "", "ready": true, "started": stays,
        "restartCount": 0, "state": state, "lastState": {},
    })
}

fn is_of_job(pod: &Object) -> bool {
    pod.items("/metadata/ownerReferences").iter().any(|owner| owner["kind"] == "Job")
}

fn condition(kind: &str, holds: bool, otherwise: &str) -> Value {
    let status = if holds { "True" } else { "False" };
    json!({ "type": kind, "status": status, "reason": otherwise, "lastTransitionTime": now() })
}

fn now() -> String {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(0).unwrap_or(now).format(&Rfc3339).unwrap_or_default()
}
