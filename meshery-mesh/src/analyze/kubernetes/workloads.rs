//! Workloads of every kind: what runs, or will.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::{Labels, Selector, View, World};

use super::LabelIndex;
use crate::analyze::kinds::{CRON_JOB, DAEMON_SET, DEPLOYMENT, JOB, POD, REPLICA_SET, ROLLOUT, STATEFUL_SET};

/// Where each kind keeps its pods' template.
const TEMPLATES: [(Kind<'static>, &[&str]); 8] = [
    (CRON_JOB, &["spec", "jobTemplate", "spec", "template"]),
    (DAEMON_SET, &["spec", "template"]),
    (DEPLOYMENT, &["spec", "template"]),
    (JOB, &["spec", "template"]),
    (POD, &[]),
    (REPLICA_SET, &["spec", "template"]),
    (ROLLOUT, &["spec", "template"]),
    (STATEFUL_SET, &["spec", "template"]),
];

/// Something that runs, or will: a pod, or what makes pods, also when it makes none at the moment.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct Workload {
    pub(in crate::analyze) object: Arc<Resource>,
    /// The pod, or the template of one.
    pub(in crate::analyze) pod: Node,
    /// The labels that its pods have.
    pub(in crate::analyze) labels: Labels,
}

impl Workload {
    fn new(object: &Arc<Resource>, path: &[&str]) -> Option<Self> {
        let pod = object.root.at(path)?.clone();
        let labels = Labels::of(pod.at(&["metadata", "labels"]));
        Some(Self { object: Arc::clone(object), pod, labels })
    }

    /// Its namespace.
    pub(in crate::analyze) fn namespace(&self) -> &str {
        self.object.namespace_or_default()
    }

    /// The value of one of its pods' annotations.
    pub(in crate::analyze) fn annotation(&self, name: &str) -> Option<&str> {
        self.pod.at(&["metadata", "annotations", name]).and_then(Node::as_str)
    }

    /// Its containers, those that only start it not among them.
    pub(in crate::analyze) fn containers(&self) -> &[Node] {
        self.pod.at(&["spec", "containers"]).map(Node::items).unwrap_or_default()
    }

    /// Its containers that start it, or run beside it from the start on.
    pub(in crate::analyze) fn init_containers(&self) -> &[Node] {
        self.pod.at(&["spec", "initContainers"]).map(Node::items).unwrap_or_default()
    }

    /// The first of its containers of this name, the usual ones before those that start it.
    pub(in crate::analyze) fn container(&self, name: &str) -> Option<&Node> {
        let mut all = self.containers().iter().chain(self.init_containers());
        all.find(|container| container.get("name").and_then(Node::as_str) == Some(name))
    }

    /// Whether it is a pod that is there, and not only a file that may become one.
    pub(in crate::analyze) fn is_live(&self) -> bool {
        self.is_pod() && (self.pod.get("status").is_some() || self.pod.at(&["metadata", "uid"]).is_some())
    }

    /// Whether it is a pod that runs no longer, or is on its way out.
    pub(in crate::analyze) fn is_over(&self) -> bool {
        let phase = self.pod.at(&["status", "phase"]).and_then(Node::as_str);
        matches!(phase, Some("Succeeded" | "Failed")) || self.pod.at(&["metadata", "deletionTimestamp"]).is_some()
    }

    /// Whether it is a pod itself.
    pub(in crate::analyze) fn is_pod(&self) -> bool {
        self.object.kind() == POD
    }
}

/// The pod of what is a workload, or the template of its pods.
pub(in crate::analyze) fn template_of(object: &Resource) -> Option<&Node> {
    let (_, path) = TEMPLATES.iter().find(|(kind, _)| *kind == object.kind())?;
    object.root.at(path)
}

/// The workloads of a world, by namespace. What several objects describe (a Deployment, its ReplicaSet, its pods) is here
/// as often.
pub(in crate::analyze) struct Workloads {
    by_namespace: BTreeMap<Arc<str>, OfNamespace>,
}

#[derive(Default)]
struct OfNamespace {
    all: Vec<Workload>,
    labels: LabelIndex,
}

impl OfNamespace {
    fn add(&mut self, workload: Workload) {
        self.labels.add(workload.labels.clone());
        self.all.push(workload);
    }

    fn selected<'a>(&'a self, selector: &'a Selector) -> impl Iterator<Item = &'a Workload> {
        let having = self.labels.having(&selector.equal).filter_map(|at| self.all.get(at));
        having.filter(|it| selector.matches(&it.labels))
    }
}

impl View for Workloads {
    fn of(world: &World) -> Self {
        let mut by_namespace: BTreeMap<Arc<str>, OfNamespace> = BTreeMap::new();
        for (kind, path) in TEMPLATES {
            for workload in world.of(kind).iter().filter_map(|object| Workload::new(object, path)) {
                by_namespace.entry(workload.namespace().into()).or_default().add(workload);
            }
        }
        Self { by_namespace }
    }
}

impl Workloads {
    /// All of them.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Workload> {
        self.by_namespace.values().flat_map(|of_namespace| &of_namespace.all)
    }

    /// Those that are pods themselves: all that istioctl looks at.
    pub(in crate::analyze) fn pods(&self) -> impl Iterator<Item = &Workload> {
        self.iter().filter(|workload| workload.is_pod())
    }

    /// Those of a namespace.
    pub(in crate::analyze) fn within(&self, namespace: &str) -> &[Workload] {
        self.by_namespace.get(namespace).map(|of_namespace| of_namespace.all.as_slice()).unwrap_or_default()
    }

    /// Those of a namespace that a selector asks for.
    pub(in crate::analyze) fn selected<'a>(
        &'a self,
        namespace: &str,
        selector: &'a Selector,
    ) -> impl Iterator<Item = &'a Workload> {
        self.by_namespace.get(namespace).into_iter().flat_map(|of_namespace| of_namespace.selected(selector))
    }

    /// Those of all namespaces that a selector asks for.
    pub(in crate::analyze) fn selected_anywhere<'a>(
        &'a self,
        selector: &'a Selector,
    ) -> impl Iterator<Item = &'a Workload> {
        self.by_namespace.values().flat_map(|of_namespace| of_namespace.selected(selector))
    }
}
