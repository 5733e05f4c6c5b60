//! Why something does not become ready: down the chain from what runs pods to a container, and what was said about it.

use meshery_core::{Error, Object, ObjectId, Result};
use serde_json::Value;

use super::list::whole;
use super::wire::Wire;
use crate::cluster::Api;
use crate::lifecycle::graph::runs_pods;
use crate::lifecycle::ready;

/// How many pods are told about: others like them have the same to say.
const PODS: usize = 3;

/// The error with what is known of the cause.
pub(in crate::lifecycle) async fn explain(wire: &Wire, id: &ObjectId, object: &Object, error: Error) -> Error {
    if !runs_pods(&id.kind) {
        return error;
    }
    // What cannot be found out does not hide what is known.
    match chain(wire, id, object).await {
        Ok(links) => links.into_iter().fold(error, |error, (object, words)| error.with(object, words)),
        Err(unknown) => error.with("cause", format!("not to be found out: {unknown}")),
    }
}

async fn chain(wire: &Wire, id: &ObjectId, object: &Object) -> Result<Vec<(String, String)>> {
    let namespace = id.namespace.as_deref();
    let labels = selector(object);
    let (selector, mut links) = (("labelSelector", labels.as_str()), Vec::new());
    if id.kind.kind == "Deployment" {
        let sets = Api { group: "apps".into(), ..Api::core("ReplicaSet", "replicasets", true) };
        for set in whole(wire, &sets, namespace, Some(selector)).await? {
            // A set that may not make pods says so itself.
            let failed = set.items("/status/conditions").iter().find(|condition| condition["type"] == "ReplicaFailure");
            links.extend(failed.and_then(|failed| Some((set.to_string(), failed["message"].as_str()?.to_owned()))));
        }
    }
    let pods = whole(wire, &Api::core("Pod", "pods", true), namespace, Some(selector)).await?;
    let unready = pods.iter().map(|pod| (pod, ready::health(pod))).filter(|(_, health)| !health.is_ready());
    let unready: Vec<_> = unready.take(PODS).collect();
    for (pod, health) in unready {
        links.push((pod.to_string(), health.reason().to_owned()));
        let about = format!("involvedObject.uid={}", pod.uid());
        links
            .extend(complaint(wire, namespace, &about).await?.map(|words| (format!("event of {}", pod.name()), words)));
    }
    if pods.is_empty() && links.is_empty() {
        links.push(("cause".into(), "no pod was made for it".into()));
        let about = format!("involvedObject.kind={},involvedObject.name={}", id.kind.kind, id.name);
        links.extend(complaint(wire, namespace, &about).await?.map(|words| (format!("event of {}", id.name), words)));
    }
    Ok(links)
}

/// The last warning about an object.
async fn complaint(wire: &Wire, namespace: Option<&str>, about: &str) -> Result<Option<String>> {
    let events = whole(wire, &Api::core("Event", "events", true), namespace, Some(("fieldSelector", about))).await?;
    let last = events.iter().rfind(|event| event.text("/type") == "Warning");
    Ok(last.map(|event| format!("{}: {}", event.text("/reason"), event.text("/message"))))
}

/// The labels of its pods.
fn selector(object: &Object) -> String {
    let labels = object.get("/spec/selector/matchLabels").or(object.get("/spec/template/metadata/labels"));
    let labels = labels.and_then(Value::as_object).into_iter().flatten();
    let words: Vec<String> =
        labels.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default())).collect();
    words.join(",")
}
