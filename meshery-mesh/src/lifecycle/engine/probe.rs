//! What would come of a pod: asked of the server by dry runs, of which nothing is left behind.

use std::hash::{BuildHasher, RandomState};

use meshery_core::lifecycle::{Holder, OptIn, Tag};
use meshery_core::{Error, Object, ObjectId, Result};
use serde_json::{Map, Value, json};
use tokio::time::{Duration, Instant, sleep};

use crate::cluster::{Api, Method, Request};
use crate::lifecycle::run::one;
use crate::lifecycle::run::wire::Wire;

/// How long a namespace that is new, or marked anew, may take until pods in it are as they will be.
pub(super) const SETTLING: Duration = Duration::from_secs(10);
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// What would come of a pod in a namespace of its own, where the two ask by all of these. A refusal is no error. The
/// namespace is removed again.
pub(super) async fn pod_that_asks(wire: &Wire, way: &[OptIn]) -> Result<Result<Object>> {
    let name = format!("meshery-probe-{:08x}", RandomState::new().hash_one(()) as u32);
    let id = ObjectId::new("", "Namespace", None, &name);
    let metadata = marked(json!({ "name": name }), way, Holder::Namespace);
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata });
    create(wire, "/api/v1/namespaces".into(), &namespace, false, &id).await??;
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": marked(json!({ "name": "probe" }), way, Holder::Pod),
        "spec": { "containers": [{ "name": "probe", "image": "probe" }] },
    });
    let begun = Instant::now();
    let seen = loop {
        match dry_pod(wire, &name, &pod, &id).await {
            Ok(Err(error)) if passes(&error) && begun.elapsed() < SETTLING => sleep(PAUSE).await,
            seen => break seen,
        }
    };
    one::remove(wire, &Api::core("Namespace", "namespaces", false), &id, "").await?;
    seen
}

/// Whether a refusal is one that passes: the account that pods have by default is made a moment after the namespace, and
/// of a webhook's new certificates the server hears a moment after they are written down.
fn passes(refusal: &Error) -> bool {
    let said = refusal.to_string();
    said.contains("serviceaccount") || (said.contains("failed calling webhook") && said.contains("certificate"))
}

/// What would come of a pod. A refusal is no error.
pub(super) async fn dry_pod(wire: &Wire, namespace: &str, pod: &Value, about: &ObjectId) -> Result<Result<Object>> {
    create(wire, Api::core("Pod", "pods", true).path(Some(namespace), None), pod, true, about).await
}

/// Makes an object, or asks what would come of it. A refusal is no error.
pub(super) async fn create(
    wire: &Wire,
    path: String,
    object: &Value,
    dry: bool,
    about: &ObjectId,
) -> Result<Result<Object>> {
    let mut request = Request::new(Method::Post, path);
    if dry {
        request = request.query("dryRun", "All");
    }
    let sent = wire.send(request.body("application/json", serde_json::to_vec(object)?), about).await?;
    Ok(sent.accepted().and_then(|sent| sent.json()))
}

/// The names of all containers of a pod, of those that run first as well.
pub(super) fn containers(pod: &Object) -> Vec<&str> {
    let lists = ["/spec/initContainers", "/spec/containers"];
    lists.iter().flat_map(|list| pod.items(list)).filter_map(|container| container["name"].as_str()).collect()
}

/// Metadata with the marks that stand on such an object.
fn marked(mut metadata: Value, way: &[OptIn], holder: Holder) -> Value {
    for mark in way.iter().filter(|mark| mark.on == holder) {
        let field = match mark.tag {
            Tag::Annotation => "annotations",
            Tag::Label => "labels",
        };
        if metadata[field].is_null() {
            metadata[field] = Map::new().into();
        }
        metadata[field][&mark.name] = mark.value.as_deref().unwrap_or_default().into();
    }
    metadata
}
