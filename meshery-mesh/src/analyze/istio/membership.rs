//! Which workloads are in the mesh, and how: by a sidecar, or by the node's proxy.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use super::upstream::told_namespace;
use crate::analyze::kinds::NAMESPACE;
use crate::analyze::kubernetes::Workload;

/// The container that is the sidecar.
pub(in crate::analyze) const PROXY: &str = "istio-proxy";
/// The label and, in former times, annotation of a pod that says whether it gets a sidecar.
pub(in crate::analyze) const INJECT: &str = "sidecar.istio.io/inject";
/// The label of a namespace that says whether its pods get sidecars.
pub(in crate::analyze) const INJECTION: &str = "istio-injection";
/// The label of a namespace or pod that says of which revision its sidecars are.
pub(in crate::analyze) const REVISION: &str = "istio.io/rev";
/// The label of a namespace or pod that says whether the node's proxy carries its traffic.
pub(in crate::analyze) const DATAPLANE: &str = "istio.io/dataplane-mode";
/// The annotation of a pod whose traffic the node's proxy carries.
pub(in crate::analyze) const REDIRECTED: &str = "ambient.istio.io/redirection";

/// Which workloads are in the mesh.
pub(in crate::analyze) struct Membership {
    namespaces: BTreeMap<Arc<str>, Arc<Resource>>,
    compatible: bool,
}

impl View for Membership {
    fn of(world: &World) -> Self {
        let namespaces = world.of(NAMESPACE).iter().map(|it| (Arc::clone(&it.name), Arc::clone(it))).collect();
        Self { namespaces, compatible: world.settings().compatible }
    }
}

impl Membership {
    /// A namespace, if it is among the objects.
    pub(in crate::analyze) fn namespace(&self, name: &str) -> Option<&Arc<Resource>> {
        self.namespaces.get(name)
    }

    /// Whether a workload has a sidecar, or gets one. `None` when neither it nor its namespace says so, for the namespace
    /// is not among the objects.
    pub(in crate::analyze) fn has_sidecar(&self, workload: &Workload) -> Option<bool> {
        let is_proxy = |container: &Node| {
            let text = |key: &str| container.get(key).and_then(Node::as_str);
            text("name") == Some(PROXY) && text("image").is_some_and(|image| !image.is_empty())
        };
        // Of what makes pods istioctl does not look at the containers that start them.
        let counts_init = !self.compatible || workload.is_pod();
        let starting = workload.init_containers().iter().filter(|_| counts_init);
        if workload.containers().iter().chain(starting).any(is_proxy) {
            return Some(true);
        }
        if let Some(value) = workload.labels.get(INJECT).or_else(|| workload.annotation(INJECT)) {
            return Some(value == "true");
        }
        // istioctl knows nothing of revisions here.
        if !self.compatible && workload.labels.get(REVISION).is_some_and(|revision| !revision.is_empty()) {
            return Some(true);
        }
        // Nor has it a namespace for what names none.
        let namespace = if self.compatible { told_namespace(&workload.object) } else { workload.namespace() };
        self.namespace(namespace).map(|namespace| self.injects(namespace))
    }

    /// Whether the pods of a namespace get sidecars, unless they say otherwise.
    pub(in crate::analyze) fn injects(&self, namespace: &Resource) -> bool {
        match namespace.label(INJECTION) {
            Some(value) => value == "enabled",
            None => !self.compatible && namespace.label(REVISION).is_some_and(|revision| !revision.is_empty()),
        }
    }

    /// Whether the node's proxy carries the traffic of a namespace's pods, unless they say otherwise.
    pub(in crate::analyze) fn is_ambient(namespace: &Resource) -> bool {
        let has_sidecars = namespace.label(INJECTION) == Some("enabled")
            || namespace.label(REVISION).is_some_and(|revision| !revision.is_empty());
        !has_sidecars && namespace.label(DATAPLANE) == Some("ambient")
    }

    /// Whether it does of any namespace.
    pub(in crate::analyze) fn has_ambient(&self) -> bool {
        self.namespaces.values().any(|namespace| Self::is_ambient(namespace))
    }

    /// Whether the node's proxy carries a workload's traffic. Before a pod runs only its labels and its namespace tell.
    pub(in crate::analyze) fn has_node_proxy(&self, workload: &Workload) -> bool {
        if workload.annotation(REDIRECTED) == Some("enabled") {
            return true;
        }
        if self.compatible {
            return false;
        }
        match workload.labels.get(DATAPLANE) {
            Some(mode) => mode == "ambient",
            None => self.namespace(workload.namespace()).is_some_and(|namespace| Self::is_ambient(namespace)),
        }
    }
}
