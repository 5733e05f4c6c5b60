//! A pod needs what it mounts and reads, and the classes that it names.

use serde_json::Value;

use super::{Edges, Need, Objects, pod_spec};

/// Where in a volume or in an environment the name of what kind stands.
const PLACES: &[(&str, &str)] = &[
    ("/configMap/name", "ConfigMap"),
    ("/secret/secretName", "Secret"),
    ("/secret/name", "Secret"),
    ("/persistentVolumeClaim/claimName", "PersistentVolumeClaim"),
    ("/configMapRef/name", "ConfigMap"),
    ("/secretRef/name", "Secret"),
    ("/valueFrom/configMapKeyRef/name", "ConfigMap"),
    ("/valueFrom/secretKeyRef/name", "Secret"),
];

pub(super) fn edges(objects: &Objects<'_>, edges: &mut Edges) {
    for (who, object) in objects.all.iter().enumerate() {
        let Some(spec) = pod_spec(object) else { continue };
        for user in users(spec) {
            let named = PLACES.iter().filter_map(|(place, kind)| Some((kind, user.pointer(place)?.as_str()?)));
            let found = named.filter_map(|(kind, name)| objects.find("", kind, object.namespace(), name));
            edges.extend(found.map(|whom| ((who, whom), Need::Exists)));
        }
        let class = spec["priorityClassName"].as_str().unwrap_or_default();
        if let Some(whom) = objects.find("scheduling.k8s.io", "PriorityClass", None, class) {
            edges.insert((who, whom), Need::Exists);
        }
    }
}

/// Volumes, those projected into others, and environments of containers.
fn users(spec: &Value) -> impl Iterator<Item = &Value> {
    let projected = list(&spec["volumes"]).flat_map(|volume| list(&volume["projected"]["sources"]));
    let containers = ["containers", "initContainers"].into_iter().flat_map(|name| list(&spec[name]));
    let environments = containers.flat_map(|container| list(&container["env"]).chain(list(&container["envFrom"])));
    list(&spec["volumes"]).chain(projected).chain(environments)
}

fn list(value: &Value) -> std::slice::Iter<'_, Value> {
    value.as_array().map_or(&[][..], Vec::as_slice).iter()
}
