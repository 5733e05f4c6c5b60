//! Fields that no server changes in place. Known beforehand, so that a plan can say that an object has to be made again.

use meshery_core::lifecycle::FieldChange;
use meshery_core::{GroupKind, Object};

/// By kind, fields that cannot change, as paths begin.
const FIELDS: &[(&str, &str, &[&str])] = &[
    (
        "",
        "PersistentVolumeClaim",
        &[
            ".spec.accessModes",
            ".spec.dataSource",
            ".spec.dataSourceRef",
            ".spec.selector",
            ".spec.storageClassName",
            ".spec.volumeMode",
            ".spec.volumeName",
        ],
    ),
    ("", "Secret", &[".type"]),
    ("", "Service", &[".spec.clusterIP"]),
    (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        &[".spec.group", ".spec.scope", ".spec.names.plural", ".spec.names.kind"],
    ),
    ("apps", "DaemonSet", &[".spec.selector"]),
    ("apps", "Deployment", &[".spec.selector"]),
    ("apps", "ReplicaSet", &[".spec.selector"]),
    (
        "apps",
        "StatefulSet",
        &[".spec.selector", ".spec.serviceName", ".spec.volumeClaimTemplates", ".spec.podManagementPolicy"],
    ),
    ("batch", "Job", &[".spec.template", ".spec.selector", ".spec.completions", ".spec.completionMode"]),
    ("gateway.networking.k8s.io", "GatewayClass", &[".spec.controllerName"]),
    ("networking.k8s.io", "IngressClass", &[".spec.controller"]),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", &[".roleRef"]),
    ("rbac.authorization.k8s.io", "RoleBinding", &[".roleRef"]),
    ("scheduling.k8s.io", "PriorityClass", &[".value", ".preemptionPolicy"]),
    ("storage.k8s.io", "StorageClass", &[".provisioner", ".parameters", ".reclaimPolicy", ".volumeBindingMode"]),
];

/// The first of these changes that cannot be made in place.
pub(super) fn first<'a>(kind: &GroupKind, old: &Object, changes: &'a [FieldChange]) -> Option<&'a str> {
    let fixed = FIELDS.iter().find(|(group, name, _)| kind.is(group, name)).map_or(&[][..], |(_, _, fields)| fields);
    let sealed = old.get("/immutable").is_some_and(|immutable| immutable == true);
    let is_fixed = |path: &str| {
        let below = |field: &&&str| {
            path.strip_prefix(**field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        fixed.iter().any(|field| below(&field))
            || sealed && [".data", ".binaryData", ".stringData", ".immutable"].iter().any(|field| below(&field))
    };
    changes.iter().map(|change| change.path.as_str()).find(|path| is_fixed(path))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lifecycle::differ;

    fn found(old: serde_json::Value, new: serde_json::Value) -> Option<String> {
        let (old, new) = (Object::new(old).unwrap(), Object::new(new).unwrap());
        let changes = differ::fields(&old.id().kind, old.value(), new.value(), "");
        first(&old.id().kind, &old, &changes).map(str::to_owned)
    }

    #[test]
    fn selectors_do_not_change_and_templates_do() {
        let deployment = |app: &str, image: &str| {
            json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "a" },
                    "spec": { "selector": { "matchLabels": { "app": app } }, "template": { "image": image } } })
        };
        assert_eq!(found(deployment("a", "1"), deployment("b", "1")).unwrap(), ".spec.selector.matchLabels.app");
        assert_eq!(found(deployment("a", "1"), deployment("a", "2")), None);
    }

    #[test]
    fn what_is_sealed_does_not_change() {
        let config = |immutable: bool, value: &str| json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" }, "immutable": immutable, "data": { "a": value } });
        assert_eq!(found(config(true, "1"), config(true, "2")).unwrap(), ".data.a");
        assert_eq!(found(config(false, "1"), config(false, "2")), None);
    }
}
