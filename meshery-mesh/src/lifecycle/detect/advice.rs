//! What speaks against how a cluster is.

use std::collections::BTreeMap;

use meshery_core::lifecycle::{Advice, AdviceCode, DetectedMesh, MeshState};
use meshery_core::{MeshInfo, Object, ObjectId};
use serde_json::Value;

use super::{Known, Seen, webhooks};
use crate::lifecycle::advise::ended;

/// Of one mesh.
pub(super) fn of_mesh(info: &MeshInfo, mesh: &DetectedMesh) -> Vec<Advice> {
    let mut advice: Vec<Advice> = ended(info).into_iter().collect();
    let half = |message: String, remedy: &str, objects: &[ObjectId]| {
        Advice::new(AdviceCode::MeshHalfThere, message).with_remedy(remedy).about(objects.to_vec())
    };
    match mesh.state {
        MeshState::Partial => {
            let message = format!("{} lacks {}", info.title, mesh.missing.join(", "));
            advice.push(half(message, "install the same version again, or remove what is there", &mesh.parts));
        }
        MeshState::Remnants => {
            let asking = match mesh.asking.as_slice() {
                [] => String::new(),
                names => format!("; these namespaces still ask for it: {}", names.join(", ")),
            };
            let message = format!("{} is gone, but {} objects of it are not{asking}", info.title, mesh.signs.len());
            advice.push(half(message, "remove them, webhooks first, or install the mesh again", &mesh.signs));
        }
        _ => {}
    }
    advice
}

/// Namespaces in which two meshes put proxies into the same pods.
pub(super) fn asked_twice(known: &[Known], found: &[DetectedMesh]) -> Vec<Advice> {
    let mut asked: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    // Whoever is not there injects nothing.
    let injecting = found.iter().filter(|mesh| mesh.state != MeshState::Remnants);
    for mesh in injecting {
        let title = known.iter().find(|known| known.info.id == mesh.mesh).map_or("", |known| known.info.title.as_str());
        for namespace in &mesh.asking {
            asked.entry(namespace).or_default().push(title);
        }
    }
    let twice = asked.into_iter().filter(|(_, meshes)| meshes.len() > 1);
    twice
        .map(|(namespace, meshes)| {
            let message =
                format!("{} are all asked to put their proxies into the pods of {namespace}", meshes.join(" and "));
            Advice::new(AdviceCode::InjectedTwice, message)
                .blocking()
                .with_remedy("leave one of the marks on the namespace, and restart its workloads")
                .about(vec![ObjectId::new("", "Namespace", None, namespace)])
        })
        .collect()
}

/// Webhooks that are asked and do not answer.
pub(super) fn unanswered(seen: &Seen) -> Vec<Advice> {
    let configurations = webhooks();
    let all = configurations.iter().flat_map(|kind| seen.of(kind));
    all.filter_map(|configuration| silent(seen, configuration)).collect()
}

fn silent(seen: &Seen, configuration: &Object) -> Option<Advice> {
    let silent: Vec<&Value> =
        configuration.items("/webhooks").iter().filter(|webhook| is_silent(seen, webhook)).collect();
    let first = silent.first()?;
    let (namespace, name) = service(first);
    // What says nothing of it fails.
    let blocks = silent.iter().any(|webhook| webhook["failurePolicy"] != "Ignore");
    let id = configuration.id();
    let effect = if blocks { "whatever it is asked about cannot be written" } else { "it is passed over" };
    let message = format!("{id} is sent to {namespace}/{name}, where nobody answers: {effect}");
    let advice = Advice::new(AdviceCode::WebhookUnanswered, message)
        .with_remedy("bring back what answers it, or remove it")
        .about(vec![id]);
    Some(if blocks { advice.blocking() } else { advice })
}

fn is_silent(seen: &Seen, webhook: &Value) -> bool {
    let (namespace, name) = service(webhook);
    seen.silent.contains(&(namespace.to_owned(), name.to_owned()))
}

/// The service of a webhook; a URL has none.
pub(in crate::lifecycle) fn service(webhook: &Value) -> (&str, &str) {
    let service = &webhook["clientConfig"]["service"];
    (service["namespace"].as_str().unwrap_or_default(), service["name"].as_str().unwrap_or_default())
}
