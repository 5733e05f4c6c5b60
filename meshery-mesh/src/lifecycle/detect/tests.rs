use meshery_core::lifecycle::AdviceCode;
use serde_json::{Value, json};

use super::*;
use crate::providers::PROVIDERS;

fn object(value: Value) -> Object {
    Object::new(value).unwrap()
}

/// A Deployment with a container, ready or not.
fn deployment(name: &str, labels: &Value, container: &str, image: &str, ready: u64) -> Object {
    let metadata = json!({
        "name": name, "namespace": "mesh-system", "labels": labels, "generation": 1,
        "managedFields": [{ "manager": "helm", "operation": "Apply", "apiVersion": "apps/v1", "fieldsV1": {} }],
    });
    let containers = json!([{ "name": container, "image": image }]);
    object(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
        "spec": { "replicas": 1, "template": { "spec": { "containers": containers } } },
        "status": {
            "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": ready, "readyReplicas": ready,
            "conditions": [{ "type": "Available", "status": if ready > 0 { "True" } else { "False" } }],
        },
    }))
}

fn istiod(name: &str, version: &str, ready: u64) -> Object {
    deployment(name, &json!({ "app": "istiod" }), "discovery", &format!("docker.io/istio/pilot:{version}"), ready)
}

fn linkerd(component: &str) -> Object {
    let labels = json!({ "linkerd.io/control-plane-component": component });
    deployment(&format!("linkerd-{component}"), &labels, component, "cr.l5d.io/linkerd/controller:edge-26.8.3", 1)
}

fn namespace(name: &str, labels: &Value, annotations: &Value) -> Object {
    let metadata = json!({ "name": name, "labels": labels, "annotations": annotations });
    object(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata }))
}

fn definition(name: &str) -> Object {
    object(json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": name },
    }))
}

fn webhook(policy: &str) -> Object {
    let service = json!({ "namespace": "mesh-system", "name": "istiod" });
    object(json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
        "metadata": { "name": "istio-sidecar-injector" },
        "webhooks": [{ "name": "a", "failurePolicy": policy, "clientConfig": { "service": service } }],
    }))
}

fn cluster(objects: Vec<Object>) -> Seen {
    let mut seen = Seen::default();
    for object in objects {
        seen.objects.entry(object.id().kind).or_default().push(object);
    }
    seen
}

fn detect(seen: &Seen) -> Detection {
    Meshes::of(PROVIDERS.iter().copied()).detect(seen)
}

fn found(objects: Vec<Object>) -> Detection {
    detect(&cluster(objects))
}

#[test]
fn an_empty_cluster_has_no_mesh() {
    let plain = namespace("shop", &json!({}), &json!({}));
    assert_eq!(found(vec![plain, definition("widgets.shop.test")]), Detection::default());
}

#[test]
fn a_mesh_is_told_with_its_versions_and_who_installed_it() {
    let detection = found(vec![istiod("istiod", "1.29.6-distroless", 1), istiod("istiod-canary", "1.30.3", 1)]);
    let [mesh] = detection.meshes.as_slice() else { panic!("{detection:?}") };
    assert_eq!((mesh.mesh.as_str(), mesh.state), ("istio", MeshState::Running));
    assert_eq!(
        (mesh.versions.as_slice(), mesh.installers.as_slice()),
        (["1.29.6", "1.30.3"].map(String::from).as_slice(), ["helm".to_owned()].as_slice())
    );
    assert_eq!(mesh.namespaces, ["mesh-system"]);
}

#[test]
fn states_are_told_apart() {
    let state = |objects| found(objects).meshes.first().map(|mesh| mesh.state);
    assert_eq!(state(vec![istiod("istiod", "1.30.3", 0)]), Some(MeshState::Unready));
    assert_eq!(state(vec![linkerd("identity"), linkerd("destination")]), Some(MeshState::Partial));
    assert_eq!(state(vec![definition("meshpolicies.security.istio.io")]), Some(MeshState::Remnants));
    let asking = namespace("shop", &json!({ "istio-injection": "enabled" }), &json!({}));
    assert_eq!(state(vec![asking]), Some(MeshState::Remnants));
    let detection = found(vec![linkerd("identity"), linkerd("destination")]);
    assert!(detection.advice[0].message.contains("proxy-injector"), "{:?}", detection.advice);
}

#[test]
fn two_injectors_on_one_namespace_are_told_only_where_both_are_there() {
    let both = || {
        let labels = json!({ "istio-injection": "enabled" });
        namespace("shop", &labels, &json!({ "linkerd.io/inject": "enabled" }))
    };
    let all = || ["identity", "destination", "proxy-injector"].map(linkerd).to_vec();
    let twice = |objects| {
        let detection = found(objects);
        detection.advice.iter().any(|advice| advice.code == AdviceCode::InjectedTwice && advice.blocks)
    };
    assert!(twice([all(), vec![istiod("istiod", "1.30.3", 1), both()]].concat()));
    assert!(!twice([all(), vec![both()]].concat()));
}

#[test]
fn ended_projects_are_told_with_their_end_and_the_way_out() {
    let parts = ["osm-bootstrap", "osm-controller", "osm-injector"];
    let detection = found(parts.map(|name| deployment(name, &json!({}), name, "osm@sha256:00", 1)).to_vec());
    assert_eq!(detection.meshes[0].mesh.as_str(), "osm");
    let [advice] = detection.advice.as_slice() else { panic!("{detection:?}") };
    assert_eq!(advice.code, AdviceCode::ProjectEnded);
    assert!(advice.message.contains("2023") && advice.remedy.contains("linkerd"), "{advice:?}");
}

#[test]
fn webhooks_without_an_answer_are_told() {
    for (policy, blocks) in [("Fail", true), ("Ignore", false)] {
        let mut seen = cluster(vec![istiod("istiod", "1.30.3", 1), webhook(policy)]);
        assert_eq!(detect(&seen).advice, []);
        seen.silent.insert(("mesh-system".into(), "istiod".into()));
        let [advice] = detect(&seen).advice.try_into().unwrap();
        assert_eq!((advice.code, advice.blocks), (AdviceCode::WebhookUnanswered, blocks));
    }
}
