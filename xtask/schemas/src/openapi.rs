//! Kubernetes' own kinds, from the OpenAPI documents in its repository.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Table;
use crate::prune::prune;

/// The kinds that have to do with meshes.
const KINDS: [&str; 35] = [
    "APIService",
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "CronJob",
    "CustomResourceDefinition",
    "DaemonSet",
    "Deployment",
    "EndpointSlice",
    "Endpoints",
    "HorizontalPodAutoscaler",
    "Ingress",
    "IngressClass",
    "Job",
    "LimitRange",
    "MutatingWebhookConfiguration",
    "Namespace",
    "NetworkPolicy",
    "Node",
    "PersistentVolumeClaim",
    "Pod",
    "PodDisruptionBudget",
    "PriorityClass",
    "ReplicaSet",
    "ReplicationController",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "Secret",
    "Service",
    "ServiceAccount",
    "StatefulSet",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingWebhookConfiguration",
];

/// Those of them that are in no namespace.
const CLUSTER: [&str; 12] = [
    "APIService",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PriorityClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingWebhookConfiguration",
];

/// Adds the kinds of a document, and what their schemas refer to.
pub(crate) fn add(document: &Value, table: &mut Table) {
    let Some(schemas) = document.pointer("/components/schemas").and_then(Value::as_object) else { return };
    let mut wanted: Vec<String> = Vec::new();
    for (name, schema) in schemas {
        for meant in schema["x-kubernetes-group-version-kind"].as_array().into_iter().flatten() {
            let text = |key: &str| meant[key].as_str().unwrap_or_default();
            let (group, version, kind) = (text("group"), text("version"), text("kind"));
            if !KINDS.contains(&kind) {
                continue;
            }
            let scope = if CLUSTER.contains(&kind) { "Cluster" } else { "Namespaced" };
            let api = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
            let line = format!("{api} {kind} {scope} {{\"$ref\":\"{name}\"}}");
            table.entry(format!("{group}/{kind}/{version}")).or_insert(line);
            wanted.push(name.clone());
        }
    }
    let mut done = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        let Some(schema) = schemas.get(&name).filter(|_| done.insert(name.clone())) else { continue };
        let schema = prune(schema);
        collect_references(&schema, &mut wanted);
        table.entry(format!("#{name}")).or_insert_with(|| format!("#{name} {schema}"));
    }
}

fn collect_references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str).map(Into::into));
            map.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| collect_references(value, found)),
        _ => {}
    }
}
