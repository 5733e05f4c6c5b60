use meshery_core::EnrolmentSpec;
use meshery_core::lifecycle::{DataPlane, Enrolment, Marks};
use serde_json::{Value, json};

use super::*;
use crate::lifecycle::engine::words;

const BY_HAND: &str = "kubectl-label";

fn object(value: Value) -> Object {
    Object::new(value).unwrap()
}

/// A namespace whose labels these managers have applied: `(name, value, managers)`.
fn namespace(labels: &[(&str, &str, &[&str])]) -> Object {
    let all: serde_json::Map<String, Value> =
        labels.iter().map(|(name, value, _)| ((*name).to_owned(), (*value).into())).collect();
    let mut managers: Vec<&str> = labels.iter().flat_map(|(.., managers)| managers.iter().copied()).collect();
    managers.sort_unstable();
    managers.dedup();
    let entry = |manager: &&str| {
        let theirs = labels.iter().filter(|(.., managers)| managers.contains(manager));
        let fields: serde_json::Map<String, Value> =
            theirs.map(|(name, ..)| (format!("f:{name}"), json!({}))).collect();
        json!({ "manager": manager, "operation": "Apply", "fieldsV1": { "f:metadata": { "f:labels": fields } } })
    };
    let fields: Vec<Value> = managers.iter().map(entry).collect();
    let metadata = json!({ "name": "shop", "uid": "1", "labels": all, "managedFields": fields });
    object(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata }))
}

fn istio(instance: &str) -> (Words, Vec<Words>) {
    let settings = if instance == "istio" { json!({}) } else { json!({ "revision": instance }) };
    let mut spec = meshery_core::InstanceSpec::new(instance, "istio-system", vec![]);
    spec.mesh = Some("istio".into());
    spec.settings = serde_json::from_value(settings).unwrap();
    let (own, others) = words(&spec, &crate::providers::Registry::default());
    (own.unwrap(), others)
}

fn aim(instance: &str, aliases: Vec<OptIn>) -> Aim {
    let (own, others) = istio(instance);
    Aim::enrol(&EnrolmentSpec::new(instance, &["shop"]), &own, &others, aliases).unwrap()
}

fn leaving() -> Aim {
    let (own, others) = istio("istio");
    Aim::withdraw(&EnrolmentSpec::new("istio", &["shop"]), &own, &others).unwrap()
}

fn place(namespace: Object, workloads: Vec<Object>, pods: Vec<Object>) -> Place {
    Place { namespace, workloads, pods, sets: [("set".into(), "cart".into())].into() }
}

/// What becomes of a namespace alone.
fn marking(aim: &Aim, namespace: Object, overruled: &[&str]) -> Result<Option<Marking>> {
    let overruled: Vec<String> = overruled.iter().map(|name| (*name).to_owned()).collect();
    draft(aim, &[place(namespace, vec![], vec![])], &overruled).map(|mut draft| draft.markings.pop())
}

fn fields(marking: &Marking) -> Vec<String> {
    let side = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).unwrap_or("nothing").to_owned();
    let shown = marking.fields();
    shown.iter().map(|field| format!("{} {} {}", field.path, side(&field.before), side(&field.after))).collect()
}

fn workload(kind: &str, spec: Value) -> Object {
    let mut spec = spec;
    if spec["template"].is_null() {
        spec["template"] =
            json!({ "metadata": { "labels": { "app": "cart" } }, "spec": { "containers": [{ "name": "cart" }] } });
    }
    object(json!({
        "apiVersion": "apps/v1", "kind": kind,
        "metadata": { "name": "cart", "namespace": "shop", "uid": "cart" }, "spec": spec,
    }))
}

fn pod(containers: &[&str], revision: &str) -> Object {
    let containers: Vec<Value> = containers.iter().map(|name| json!({ "name": name })).collect();
    object(json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": "cart-1", "namespace": "shop", "annotations": { "istio.io/rev": revision },
            "ownerReferences": [{ "kind": "ReplicaSet", "name": "cart-1", "uid": "set", "controller": true }],
        },
        "spec": { "containers": containers },
    }))
}

/// What becomes of a workload with one pod: the action and the reason.
fn fate_of(aim: &Aim, workload: Object, pod: Object) -> (ChangeAction, String) {
    let namespace = namespace(&[("istio-injection", "enabled", &[BY_HAND])]);
    let draft = draft(aim, &[place(namespace, vec![workload], vec![pod])], &[BY_HAND.to_owned()]).unwrap();
    let change = draft.changes.iter().find(|change| change.object.name == "cart").unwrap();
    (change.action, change.reason.clone())
}

#[test]
fn marks_of_other_revisions_go_with_ours_in_one_write() {
    let there = namespace(&[("istio-injection", "enabled", &[MANAGER]), ("team", "cart", &["helm"])]);
    let marking = marking(&aim("canary", vec![]), there, &[]).unwrap().unwrap();
    let expected =
        [".metadata.labels.[\"istio.io/rev\"] nothing canary", ".metadata.labels.istio-injection enabled nothing"];
    assert_eq!(fields(&marking), expected);
    let applied = marking.applied().unwrap().unwrap();
    assert_eq!(applied.get("/metadata/labels"), Some(&json!({ "istio.io/rev": "canary" })));
    assert_eq!(marking.taken(), [Value::Null; 0], "what is not applied any more goes by itself");
    assert!(!marking.overrules());
}

#[test]
fn what_another_mesh_was_asked_by_stays_ours() {
    let there =
        namespace(&[("istio-injection", "enabled", &[MANAGER]), ("kuma.io/sidecar-injection", "enabled", &[MANAGER])]);
    let marking = marking(&leaving(), there, &[]).unwrap().unwrap();
    let applied = marking.applied().unwrap().unwrap();
    assert_eq!(applied.get("/metadata/labels"), Some(&json!({ "kuma.io/sidecar-injection": "enabled" })));
}

#[test]
fn what_others_own_is_a_conflict_or_is_taken_from_them_by_name() {
    for managers in [&[BY_HAND][..], &[MANAGER, BY_HAND]] {
        let there = || namespace(&[("istio-injection", "enabled", managers)]);
        let error = marking(&aim("canary", vec![]), there(), &["somebody"]).unwrap_err();
        assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains(BY_HAND), "{error}");
        let marking = marking(&aim("canary", vec![]), there(), &[BY_HAND]).unwrap().unwrap();
        let taken = marking.taken();
        assert_eq!(taken[0], json!({ "op": "test", "path": "/metadata/labels/istio-injection", "value": "enabled" }));
        assert_eq!(taken[1]["op"], "remove");
    }
    // Another value of the very mark is written over.
    let there = namespace(&[("istio.io/rev", "stable", &["flux"])]);
    let marking = marking(&aim("canary", vec![]), there, &["flux"]).unwrap().unwrap();
    assert!(marking.overrules() && marking.taken().is_empty());
}

#[test]
fn whatever_asks_for_it_already_is_left_as_it_is() {
    let alias = OptIn::namespace_label("istio.io/rev", Some("prod"));
    let canary = aim("canary", vec![alias]);
    for revision in ["canary", "prod"] {
        let there = namespace(&[("istio.io/rev", revision, &[BY_HAND])]);
        assert!(marking(&canary, there, &[]).unwrap().is_none(), "{revision}");
    }
    let stable = namespace(&[("istio.io/rev", "default", &[BY_HAND])]);
    assert!(marking(&aim("istio", vec![]), stable, &[]).unwrap().is_none());
    // A namespace that says no is not asked for whatever else it says.
    let there = namespace(&[("istio.io/rev", "canary", &[MANAGER]), ("istio-injection", "disabled", &[BY_HAND])]);
    assert_eq!(marking(&canary, there, &[]).unwrap_err().kind(), ErrorKind::Conflict);
}

#[test]
fn the_way_back_leaves_alone_what_somebody_has_written_since() {
    let there = namespace(&[("istio-injection", "enabled", &[MANAGER])]);
    let marking = marking(&aim("canary", vec![]), there, &[]).unwrap().unwrap();
    let outcome = marking.outcome().unwrap();
    assert_eq!(outcome.get("/metadata/labels"), Some(&json!({ "istio.io/rev": "canary" })));
    let marked = namespace(&[("istio.io/rev", "canary", &[MANAGER])]);
    let back = marking.reversed(marked).applied().unwrap().unwrap();
    assert_eq!(back.get("/metadata/labels"), Some(&json!({ "istio-injection": "enabled" })));
    let changed = namespace(&[("istio.io/rev", "blue", &[BY_HAND])]);
    let back = marking.reversed(changed);
    assert_eq!((fields(&back).len(), back.taken().len()), (1, 0), "the mark that went comes back, the other stays");
}

#[test]
fn workloads_that_cannot_be_made_anew_are_left_with_the_reason() {
    let aim = aim("istio", vec![]);
    let bare = || pod(&["cart"], "");
    let own = json!({ "template": { "metadata": {}, "spec": { "containers": [{ "name": "istio-proxy" }] } } });
    for (kind, spec, word) in [
        ("Deployment", json!({ "paused": true }), "paused"),
        ("StatefulSet", json!({ "updateStrategy": { "type": "OnDelete" } }), "deletes"),
        ("DaemonSet", json!({ "updateStrategy": { "type": "OnDelete" } }), "deletes"),
        ("StatefulSet", json!({ "updateStrategy": { "rollingUpdate": { "partition": 1 } } }), "partition"),
    ] {
        let mut pod = bare().into_value();
        pod["metadata"]["ownerReferences"][0]["uid"] = "cart".into();
        let (action, reason) = fate_of(&aim, workload(kind, spec), object(pod));
        assert!(action == ChangeAction::Keep && reason.contains(word), "{kind}: {reason}");
    }
    assert_eq!(fate_of(&aim, workload("Deployment", json!({})), bare()).0, ChangeAction::Restart);
    let (action, reason) = fate_of(&leaving(), workload("Deployment", own), pod(&["istio-proxy"], "default"));
    assert!(action == ChangeAction::Keep && reason.contains("own template"), "{reason}");
}

#[test]
fn a_pod_of_another_revision_is_made_anew_and_one_that_is_served_is_not() {
    let canary = aim("canary", vec![]);
    let of =
        |containers: &[&str], revision| fate_of(&canary, workload("Deployment", json!({})), pod(containers, revision));
    assert_eq!(of(&["cart", "istio-proxy"], "canary").0, ChangeAction::Keep);
    assert_eq!(of(&["cart", "istio-proxy"], "default").0, ChangeAction::Restart);
    assert_eq!(of(&["cart"], "canary").0, ChangeAction::Restart, "it only says so");
}

#[test]
fn a_pod_of_a_stateful_set_is_asked_about_with_its_volumes() {
    let claims = json!({ "volumeClaimTemplates": [{ "metadata": { "name": "data" } }] });
    let pod = pod_of(&workload("StatefulSet", claims)).unwrap();
    let volume = json!({ "name": "data", "persistentVolumeClaim": { "claimName": "data-cart-0" } });
    assert_eq!(pod["spec"]["volumes"], json!([volume]));
    assert_eq!((&pod["metadata"]["generateName"], &pod["metadata"]["name"]), (&json!("cart-"), &Value::Null));
}

#[test]
fn a_mesh_that_nobody_asks_by_marks_is_refused() {
    let (own, others) = istio("istio");
    let fixed = Words { enrolment: None, ..own };
    let error = Aim::enrol(&EnrolmentSpec::new("istio", &["shop"]), &fixed, &others, vec![]).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let plain = Enrolment::new(vec![OptIn::namespace_label("a", Some("b"))], DataPlane::sidecar("a"));
    let marked = Words { enrolment: Some(plain), marks: Marks::default(), ..fixed };
    assert!(Aim::enrol(&EnrolmentSpec::new("istio", &["shop"]), &marked, &others, vec![]).is_ok());
}
