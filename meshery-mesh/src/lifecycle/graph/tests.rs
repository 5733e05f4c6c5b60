use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn object(api_version: &str, kind: &str, name: &str, rest: &Value) -> Object {
    let mut whole = json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": name } });
    let namespaced =
        !matches!(kind, "Namespace" | "CustomResourceDefinition" | "ClusterRole" | "ClusterRoleBinding" | "APIService")
            && !kind.ends_with("WebhookConfiguration");
    if namespaced {
        whole["metadata"]["namespace"] = "mesh".into();
    }
    for (field, value) in rest.as_object().unwrap() {
        whole[field] = value.clone();
    }
    Object::new(whole).unwrap()
}

/// A small mesh, in an order that fits nobody.
fn mesh() -> Vec<Object> {
    let pod = json!({ "metadata": { "labels": { "app": "control" } }, "spec": {
        "serviceAccountName": "control", "containers": [{ "name": "a", "envFrom": [{ "configMapRef": { "name": "settings" } }] }],
        "volumes": [{ "name": "s", "projected": { "sources": [{ "secret": { "name": "x" } }] } }, { "name": "k", "secret": { "secretName": "keys" } }] } });
    vec![
        object(
            "admissionregistration.k8s.io/v1",
            "MutatingWebhookConfiguration",
            "injector",
            &json!({ "webhooks": [{ "name": "w", "clientConfig": { "service": { "namespace": "mesh", "name": "control" } } }] }),
        ),
        object(
            "apiregistration.k8s.io/v1",
            "APIService",
            "v1.tap",
            &json!({ "spec": { "service": { "namespace": "mesh", "name": "control" }, "group": "tap", "version": "v1" } }),
        ),
        object("example.com/v1", "Thing", "thing", &json!({})),
        object("apps/v1", "Deployment", "control", &json!({ "spec": { "template": pod } })),
        object("v1", "Service", "control", &json!({ "spec": { "selector": { "app": "control" } } })),
        object(
            "rbac.authorization.k8s.io/v1",
            "ClusterRoleBinding",
            "control",
            &json!({ "roleRef": { "kind": "ClusterRole", "name": "control" },
            "subjects": [{ "kind": "ServiceAccount", "namespace": "mesh", "name": "control" }] }),
        ),
        object("rbac.authorization.k8s.io/v1", "ClusterRole", "control", &json!({})),
        object("v1", "ConfigMap", "settings", &json!({})),
        object("v1", "Secret", "keys", &json!({})),
        object("v1", "ServiceAccount", "control", &json!({})),
        object(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "things.example.com",
            &json!({ "spec": { "group": "example.com", "names": { "kind": "Thing" } } }),
        ),
        object("v1", "Namespace", "mesh", &json!({})),
    ]
}

fn names(objects: &[Object], places: impl IntoIterator<Item = usize>) -> Vec<String> {
    places.into_iter().map(|place| format!("{} {}", objects[place].kind(), objects[place].name())).collect()
}

#[test]
fn everybody_comes_after_whom_he_needs() {
    let objects = mesh();
    let order = names(&objects, Graph::of(&objects).order());
    let before = |first: &str, second: &str| {
        let place =
            |name: &str| order.iter().position(|found| found == name).unwrap_or_else(|| panic!("{name}: {order:?}"));
        assert!(place(first) < place(second), "{first} before {second}: {order:?}");
    };
    before("Namespace mesh", "ServiceAccount control");
    before("CustomResourceDefinition things.example.com", "Thing thing");
    before("ClusterRole control", "ClusterRoleBinding control");
    before("ServiceAccount control", "ClusterRoleBinding control");
    for needed in ["ClusterRoleBinding control", "ConfigMap settings", "Secret keys"] {
        before(needed, "Deployment control");
    }
    before("Deployment control", "MutatingWebhookConfiguration injector");
    before("Service control", "APIService v1.tap");
}

#[test]
fn a_webhook_waits_for_who_answers_and_a_resource_for_who_serves() {
    let objects = mesh();
    let graph = Graph::of(&objects);
    assert_eq!(graph.needs(0), &BTreeMap::from([(3, Need::Ready), (4, Need::Exists)]));
    assert_eq!(graph.needs(2), &BTreeMap::from([(10, Need::Served), (11, Need::Exists)]));
    assert_eq!(names(&objects, graph.needed_by(7)), ["Deployment control"]);
}

#[test]
fn a_circle_is_broken_at_its_weakest_edge() {
    let mut graph = Graph {
        needs: vec![
            BTreeMap::from([(1, Need::Served)]),
            BTreeMap::from([(2, Need::Ready)]),
            BTreeMap::from([(0, Need::Exists)]),
        ],
    };
    graph.break_cycles();
    assert_eq!(graph.order(), [2, 1, 0]);
}

proptest! {
    #[test]
    fn every_graph_has_an_order(edges in proptest::collection::vec((0_usize..12, 0_usize..12), 0..60)) {
        let mut graph = Graph { needs: vec![BTreeMap::new(); 12] };
        for (who, whom) in edges.into_iter().filter(|(who, whom)| who != whom) {
            graph.needs[who].insert(whom, if who % 2 == 0 { Need::Exists } else { Need::Ready });
        }
        graph.break_cycles();
        let order = graph.order();
        prop_assert_eq!(order.len(), 12);
        for (place, who) in order.iter().enumerate() {
            for whom in graph.needs(*who).keys() {
                prop_assert!(order[..place].contains(whom));
            }
        }
    }
}
