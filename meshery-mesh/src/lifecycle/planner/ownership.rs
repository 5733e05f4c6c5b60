//! Whose fields are whose: what is ours, what others may write at run time, and what another installer made. Pure.

use std::collections::BTreeMap;

use meshery_core::lifecycle::RuntimeOwner;
use meshery_core::{GroupKind, Object};
use serde_json::{Map, Value, json};

use crate::lifecycle::digest;
use crate::lifecycle::fields::{FieldPath, Owner, applied_by, owners};

/// Who writes to objects of any mesh at run time, and may: `(manager, group, kind, fields)`.
const EVERYWHERE: &[(&str, &str, &str, &[&str])] = &[
    // The horizontal autoscaler, and `kubectl scale`, write by the subresource `scale`.
    ("kube-controller-manager", "apps", "Deployment", &["spec.replicas"]),
    ("kube-controller-manager", "apps", "StatefulSet", &["spec.replicas"]),
    (
        "cainjector",
        "admissionregistration.k8s.io",
        "MutatingWebhookConfiguration",
        &["webhooks[*].clientConfig.caBundle"],
    ),
    (
        "cainjector",
        "admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration",
        &["webhooks[*].clientConfig.caBundle"],
    ),
    (
        "cainjector",
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        &["spec.conversion.webhook.clientConfig.caBundle"],
    ),
    ("cainjector", "apiregistration.k8s.io", "APIService", &["spec.caBundle"]),
    // AKS keeps webhooks off its own namespaces.
    (
        "admissionsenforcer",
        "admissionregistration.k8s.io",
        "MutatingWebhookConfiguration",
        &["webhooks[*].namespaceSelector"],
    ),
    (
        "admissionsenforcer",
        "admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration",
        &["webhooks[*].namespaceSelector"],
    ),
];

/// The names by which installers write, as far as they have a name of their own.
const INSTALLERS: &[&str] = &[
    "Helm",
    "before-first-apply",
    "helm",
    "istio-operator",
    "istioctl",
    "kubectl",
    "kubectl-client-side-apply",
    "kubectl-create",
    "kubectl-replace",
    "linkerd",
];
/// Whoever owns this has installed the object by Helm's library, under whatever name.
const HELM_RELEASE: &str = ".metadata.annotations.meta.helm.sh/release-name";

/// What may be written to an object without a change to what it is.
const BESIDE: [&str; 3] = [".metadata.annotations", ".metadata.finalizers", ".metadata.labels"];
/// Where `kubectl rollout restart` writes when it was.
const RESTARTED: &str = ".spec.template.metadata.annotations.kubectl.kubernetes.io/restartedAt";

/// Labels and annotations by which an installer knows again what it has made, as their names begin. They stay as they are
/// when the object is adopted, and are nobody's: so it can be given back.
const MARKS: &[(&str, &str)] = &[
    ("f:annotations", "f:meta.helm.sh/"),
    ("f:labels", "f:app.kubernetes.io/managed-by"),
    ("f:labels", "f:install.operator.istio.io/"),
    ("f:labels", "f:operator.istio.io/"),
];

/// All who may write to fields at run time.
pub(in crate::lifecycle) fn runtime_owners(of_mesh: &[RuntimeOwner]) -> Vec<RuntimeOwner> {
    let everywhere = EVERYWHERE.iter().map(|(manager, group, kind, fields)| RuntimeOwner {
        manager: (*manager).into(),
        kind: GroupKind::new(*group, *kind),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
    });
    of_mesh.iter().cloned().chain(everywhere).collect()
}

/// What stands for the fields that are ours, but for those that others may take from us.
pub(in crate::lifecycle) fn digest(object: &Object, manager: &str, runtime: &[RuntimeOwner]) -> String {
    let kind = object.id().kind;
    let takeable: Vec<&String> =
        runtime.iter().filter(|owner| owner.kind == kind).flat_map(|owner| &owner.fields).collect();
    let ours = applied_by(object, manager).unwrap_or_default();
    let kept = ours.iter().filter(|path| !takeable.iter().any(|pattern| path.is_below(pattern)));
    let paths: Vec<String> = kept.map(ToString::to_string).collect();
    digest::of_bytes(paths.join("\n").as_bytes())
}

/// Fields that are somebody else's at run time, by who that is.
pub(in crate::lifecycle) type Yields = BTreeMap<String, Vec<FieldPath>>;

/// What of this object others write at run time, and may.
pub(in crate::lifecycle) fn yields(live: &Object, ours: &str, runtime: &[RuntimeOwner]) -> Yields {
    let kind = live.id().kind;
    let mut found = Yields::new();
    for owner in owners(live).into_iter().filter(|owner| !(owner.manager == ours && owner.applies)) {
        let allowed = runtime.iter().filter(|allowed| allowed.kind == kind && allowed.manager == owner.manager);
        let patterns: Vec<&String> = allowed.flat_map(|allowed| &allowed.fields).collect();
        let taken = owner.fields.into_iter().filter(|path| patterns.iter().any(|pattern| path.is_below(pattern)));
        let taken: Vec<FieldPath> = taken.collect();
        if !taken.is_empty() {
            found.entry(owner.manager).or_default().extend(taken);
        }
    }
    found
}

/// An object without the fields that are somebody else's.
pub(in crate::lifecycle) fn without(object: Object, yields: &Yields) -> Object {
    if yields.is_empty() {
        return object;
    }
    let mut value = object.value().clone();
    yields.values().flatten().for_each(|path| path.take_from(&mut value));
    Object::new(value).unwrap_or(object)
}

/// Who has written to the object itself, other than us.
pub(in crate::lifecycle) fn others(live: &Object, ours: &str) -> Vec<Owner> {
    let of_itself = owners(live).into_iter().filter(|owner| owner.subresource.is_empty());
    of_itself.filter(|owner| owner.manager != ours).collect()
}

/// Whether this owner is an installer.
pub(in crate::lifecycle) fn is_installer(owner: &Owner) -> bool {
    INSTALLERS.contains(&owner.manager.as_str()) || owner.fields.iter().any(|path| path.to_string() == HELM_RELEASE)
}

/// Whether this owner has done nothing to what an object is: it labels or annotates it, keeps it from going, or has had its
/// pods started anew. What it owns stays its own when the object is adopted.
pub(in crate::lifecycle) fn is_bystander(owner: &Owner) -> bool {
    let is_beside = |path: &FieldPath| {
        let path = path.to_string();
        BESIDE.iter().any(|field| path.starts_with(field)) || path == RESTARTED
    };
    owner.fields.iter().all(is_beside)
}

/// The `managedFields` of an object with all that installers own made ours. What they were is returned as well.
pub(in crate::lifecycle) fn adopted(live: &Object, ours: &str) -> (Vec<Value>, Vec<Value>) {
    let installers: Vec<String> =
        others(live, ours).into_iter().filter(is_installer).map(|owner| owner.manager).collect();
    let (mut kept, mut taken) = (Vec::new(), Vec::new());
    let mut fields = Value::Object(Map::new());
    let mut own = None;
    for entry in live.items("/metadata/managedFields") {
        let is_itself = entry["subresource"].as_str().unwrap_or_default().is_empty();
        let manager = entry["manager"].as_str().unwrap_or_default();
        if is_itself && manager == ours && entry["operation"] == "Apply" {
            merge(&mut fields, &entry["fieldsV1"]);
            own = Some(entry.clone());
        } else if is_itself && installers.iter().any(|name| name == manager) {
            merge(&mut fields, &entry["fieldsV1"]);
            taken.push(entry.clone());
        } else {
            kept.push(entry.clone());
        }
    }
    for (part, mark) in MARKS {
        let Some(metadata) = fields.get_mut("f:metadata").and_then(Value::as_object_mut) else { continue };
        let Some(names) = metadata.get_mut(*part).and_then(Value::as_object_mut) else { continue };
        names.retain(|name, _| !name.starts_with(mark));
        // Nothing within would be all of it.
        if names.is_empty() {
            metadata.shift_remove(*part);
        }
    }
    let model = own.as_ref().or(taken.first()).cloned().unwrap_or_default();
    if fields.get("f:metadata").and_then(Value::as_object).is_some_and(Map::is_empty)
        && let Some(all) = fields.as_object_mut()
    {
        all.shift_remove("f:metadata");
    }
    kept.push(json!({
        "manager": ours, "operation": "Apply", "apiVersion": model["apiVersion"], "time": model["time"],
        "fieldsType": "FieldsV1", "fieldsV1": fields,
    }));
    (kept, taken)
}

/// The `managedFields` of an object with all that is ours given to those who had it before.
pub(in crate::lifecycle) fn returned(live: &Object, ours: &str, predecessors: &[Value]) -> Vec<Value> {
    let is_ours = |entry: &&Value| {
        entry["manager"] == ours && entry["operation"] == "Apply" && entry.get("subresource").is_none()
    };
    let entries = live.items("/metadata/managedFields");
    let mut kept: Vec<Value> = entries.iter().filter(|entry| !is_ours(entry)).cloned().collect();
    let Some(mut heir) = predecessors.first().cloned() else { return entries.to_vec() };
    if let Some(own) = entries.iter().find(is_ours) {
        merge(&mut heir["fieldsV1"], &own["fieldsV1"]);
    }
    kept.push(heir);
    kept.extend(predecessors.iter().skip(1).cloned());
    kept
}

/// Who of these has updated an annotation.
pub(in crate::lifecycle) fn annotates<'a>(predecessors: &'a [Value], name: &str) -> Option<&'a str> {
    let field = format!("f:{name}");
    let updates = predecessors.iter().filter(|entry| entry["operation"] == "Update");
    let mut annotates = updates.filter(|entry| entry["fieldsV1"]["f:metadata"]["f:annotations"].get(&field).is_some());
    annotates.next()?["manager"].as_str()
}

fn merge(into: &mut Value, from: &Value) {
    let (Some(into), Some(from)) = (into.as_object_mut(), from.as_object()) else { return };
    for (name, value) in from {
        merge(into.entry(name.clone()).or_insert_with(|| Map::new().into()), value);
    }
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "tests write their values in place")]
mod tests {
    use super::*;

    fn webhook(entries: Value) -> Object {
        Object::new(json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": { "name": "istiod-default-validator", "managedFields": entries },
        }))
        .unwrap()
    }

    fn entry(manager: &str, operation: &str, fields: Value) -> Value {
        json!({ "manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": fields })
    }

    fn istiod() -> Vec<RuntimeOwner> {
        runtime_owners(&[RuntimeOwner {
            manager: "pilot-discovery".into(),
            kind: GroupKind::new("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
            fields: vec!["webhooks[*].failurePolicy".into(), "webhooks[*].clientConfig.caBundle".into()],
        }])
    }

    fn hook(fields: &[&str]) -> Value {
        let fields: Map<String, Value> = fields.iter().map(|field| ((*field).to_owned(), json!({}))).collect();
        json!({ "f:webhooks": { "k:{\"name\":\"a\"}": fields } })
    }

    #[test]
    fn a_field_that_others_may_take_does_not_count_as_ours() {
        let before = webhook(json!([entry("meshery-istio", "Apply", hook(&["f:rules", "f:failurePolicy"]))]));
        let taken = webhook(json!([
            entry("meshery-istio", "Apply", hook(&["f:rules"])),
            entry("pilot-discovery", "Update", hook(&["f:failurePolicy"])),
        ]));
        let stolen = webhook(json!([entry("meshery-istio", "Apply", hook(&["f:failurePolicy"]))]));
        let of = |object: &Object| digest(object, "meshery-istio", &istiod());
        assert_eq!(of(&before), of(&taken));
        assert_ne!(of(&before), of(&stolen));
    }

    #[test]
    fn what_is_theirs_at_run_time_is_not_sent() {
        let live = webhook(json!([
            entry("pilot-discovery", "Update", hook(&["f:failurePolicy", "f:rules"])),
            entry("kubectl-edit", "Update", hook(&["f:sideEffects"])),
        ]));
        let yields = yields(&live, "meshery-istio", &istiod());
        let shown: Vec<_> = yields["pilot-discovery"].iter().map(ToString::to_string).collect();
        assert_eq!(shown, [r#".webhooks[name="a"].failurePolicy"#], "rules are not theirs to take");
        let wanted = json!({
            "apiVersion": "v1", "kind": "A", "metadata": { "name": "a" },
            "webhooks": [{ "name": "a", "failurePolicy": "Ignore", "sideEffects": "None" }],
        });
        let sent = without(Object::new(wanted).unwrap(), &yields);
        assert_eq!(sent.items("/webhooks"), [json!({ "name": "a", "sideEffects": "None" })]);
    }

    #[test]
    fn who_labels_an_object_or_starts_its_pods_anew_is_a_bystander() {
        let restarted = json!({ "f:kubectl.kubernetes.io/restartedAt": {} });
        let template = json!({ "f:spec": { "f:template": { "f:metadata": { "f:annotations": restarted } } } });
        let live = webhook(json!([
            entry("kubectl-rollout", "Update", template),
            entry("cloud", "Update", json!({ "f:metadata": { "f:finalizers": { "v:\"a/b\"": {} } } })),
            entry("kubectl-label", "Update", json!({ "f:metadata": { "f:labels": { "f:team": {} } } })),
            entry("kubectl-edit", "Update", hook(&["f:rules"])),
        ]));
        let found: Vec<_> = others(&live, "meshery-istio").iter().map(is_bystander).collect();
        assert_eq!(found, [true, true, true, false]);
    }

    #[test]
    fn installers_are_known_by_name_or_by_what_they_leave() {
        let release = json!({ "f:metadata": { "f:annotations": { "f:meta.helm.sh/release-name": {} } } });
        let live = webhook(json!([
            entry("python", "Apply", release),
            entry("helm", "Update", hook(&["f:rules"])),
            entry("pilot-discovery", "Update", hook(&["f:failurePolicy"])),
        ]));
        let found: Vec<_> = others(&live, "meshery-istio").iter().map(is_installer).collect();
        assert_eq!(found, [true, true, false]);
        let (kept, taken) = adopted(&live, "meshery-istio");
        assert_eq!((kept.len(), taken.len()), (2, 2));
        assert_eq!(kept[0]["manager"], "pilot-discovery");
        let ours = applied_by(&webhook(json!(kept)), "meshery-istio").unwrap();
        let ours: Vec<_> = ours.iter().map(ToString::to_string).collect();
        assert_eq!(ours, [r#".webhooks[name="a"].rules"#], "Helm's mark is nobody's");
        let back = returned(&webhook(json!(kept)), "meshery-istio", &taken);
        let names: Vec<_> = back.iter().map(|entry| entry["manager"].as_str().unwrap()).collect();
        assert_eq!(names, ["pilot-discovery", "python", "helm"]);
        assert!(applied_by(&webhook(json!(back)), "python").unwrap().len() == 2, "the first of them gets it all");
    }
}
