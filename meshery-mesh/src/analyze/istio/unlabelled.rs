//! Namespaces that do not say whether their pods get sidecars.

use std::sync::Arc;

use meshery_core::resource::Resource;
use meshery_core::world::World;

use super::membership::{DATAPLANE, INJECT, INJECTION, PROXY, REVISION};
use super::mesh_config::{MeshConfig, ROOT_NAMESPACE};
use crate::analyze::kinds::NAMESPACE;
use crate::analyze::kubernetes::{Workload, Workloads};

/// Namespaces without a label about sidecars or about ambient mode. For istioctl that is all; otherwise it counts only
/// where something runs that does not say it for itself, and not in namespaces of the cluster or of the mesh.
pub(in crate::analyze) fn unlabelled(world: &World) -> Vec<&Arc<Resource>> {
    let silent = |namespace: &&Arc<Resource>| {
        namespace.label(INJECTION).unwrap_or_default().is_empty() && namespace.label(REVISION).is_none()
    };
    let all = world.of(NAMESPACE).iter().filter(silent);
    if world.settings().compatible {
        return all.filter(|it| *it.name != *ROOT_NAMESPACE && it.label(DATAPLANE) != Some("ambient")).collect();
    }
    let (config, workloads) = (world.view::<MeshConfig>(), world.view::<Workloads>());
    let matters = |namespace: &&Arc<Resource>| {
        let system = namespace.name.starts_with("kube-") || *namespace.name == *config.root_namespace();
        !system && namespace.label(DATAPLANE).is_none() && workloads.within(&namespace.name).iter().any(is_silent)
    };
    all.filter(matters).collect()
}

/// Whether a workload leaves it to its namespace.
fn is_silent(workload: &Workload) -> bool {
    let says = [INJECT, REVISION, DATAPLANE].iter().any(|name| workload.labels.get(name).is_some());
    !says && workload.annotation(INJECT).is_none() && workload.container(PROXY).is_none()
}
