//! What runs, or will, and is no workload of Kubernetes: machines outside, and what Istio makes for a Gateway.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Kind, Resource};
use meshery_core::world::{Labels, View, World};

use crate::analyze::kinds::{K8S_GATEWAY, WORKLOAD_ENTRY, WORKLOAD_GROUP};
use crate::analyze::kubernetes::LabelIndex;

/// Where machines outside have their labels.
const LABELS: [(Kind<'static>, &[&str]); 4] = [
    (WORKLOAD_ENTRY, &["spec", "labels"]),
    (WORKLOAD_ENTRY, &["metadata", "labels"]),
    (WORKLOAD_GROUP, &["spec", "metadata", "labels"]),
    (WORKLOAD_GROUP, &["spec", "template", "labels"]),
];

/// The label by which the pods of a Gateway tell whose they are.
const GATEWAY_NAME: &str = "gateway.networking.k8s.io/gateway-name";

/// The labels of machines outside and of the pods of Gateways, by namespace.
pub(in crate::analyze) struct Endpoints(BTreeMap<Arc<str>, LabelIndex>);

impl View for Endpoints {
    fn of(world: &World) -> Self {
        let mut by_namespace: BTreeMap<Arc<str>, LabelIndex> = BTreeMap::new();
        let mut add = |object: &Resource, labels: Labels| {
            by_namespace.entry(object.namespace_or_default().into()).or_default().add(labels);
        };
        for (kind, path) in LABELS {
            for object in world.of(kind) {
                add(object, Labels::of(object.root.at(path)));
            }
        }
        for gateway in world.of(K8S_GATEWAY) {
            let given = Labels::of(gateway.root.at(&["spec", "infrastructure", "labels"]));
            let own = Labels::of(gateway.root.at(&["metadata", "labels"]));
            let name = Labels::from_iter([(GATEWAY_NAME, &*gateway.name)]);
            add(gateway, own.with(&given).with(&name));
        }
        Self(by_namespace)
    }
}

impl Endpoints {
    /// Whether one in a namespace has all these labels.
    pub(in crate::analyze) fn has(&self, namespace: &str, labels: &Labels) -> bool {
        self.0.get(namespace).is_some_and(|index| index.has(labels))
    }

    /// Whether one in any namespace has all these labels.
    pub(in crate::analyze) fn has_anywhere(&self, labels: &Labels) -> bool {
        self.0.values().any(|index| index.has(labels))
    }
}
