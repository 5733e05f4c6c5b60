//! The configuration of the mesh: what istiod reads from a ConfigMap, or from a file that the look was told.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use crate::analyze::kinds::{CONFIG_MAP, MESH_CONFIG};
use crate::analyze::{Source, yaml};

/// Where the configuration of a mesh is, unless the mesh is told otherwise.
pub(in crate::analyze) const ROOT_NAMESPACE: &str = "istio-system";

/// The configuration of the mesh.
pub(in crate::analyze) struct MeshConfig {
    /// The object that says it.
    pub(in crate::analyze) object: Option<Arc<Resource>>,
    root: Option<Node>,
}

impl View for MeshConfig {
    fn of(world: &World) -> Self {
        if let Some(told) = world.of(MESH_CONFIG).first() {
            return Self { object: Some(Arc::clone(told)), root: Some(told.root.clone()) };
        }
        // istioctl is told it, or takes the one of the cluster; one among the files is no more to it than any other.
        let is_read = !world.settings().compatible;
        let object = world.get(CONFIG_MAP, ROOT_NAMESPACE, "istio").filter(|_| is_read).cloned();
        let text = object.as_ref().and_then(|object| object.text(&["data", "mesh"]));
        let documents = text.map(|text| yaml::read(&Source::new("mesh", text))).unwrap_or_default();
        Self { root: documents.into_iter().find_map(Result::ok), object }
    }
}

impl MeshConfig {
    /// A setting, where it is not left at its default.
    pub(in crate::analyze) fn get(&self, path: &[&str]) -> Option<&Node> {
        self.root.as_ref()?.at(path)
    }

    /// Whether clients use mutual TLS with every server that takes it, unasked.
    pub(in crate::analyze) fn is_auto_mtls(&self) -> bool {
        self.get(&["enableAutoMtls"]).and_then(Node::as_bool) != Some(false)
    }

    /// The namespace whose policies hold for the whole mesh.
    pub(in crate::analyze) fn root_namespace(&self) -> &str {
        self.get(&["rootNamespace"]).and_then(Node::as_str).unwrap_or(ROOT_NAMESPACE)
    }
}

/// Whether the configuration among these objects leaves the ingress controller on.
pub(in crate::analyze) fn has_ingress_controller(told: &[Resource]) -> bool {
    let config = told.iter().find(|resource| resource.kind() == MESH_CONFIG);
    config.and_then(|config| config.text(&["ingressControllerMode"])) != Some("OFF")
}
