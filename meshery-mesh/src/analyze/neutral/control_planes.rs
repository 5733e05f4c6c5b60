//! Which meshes are installed: the workloads of their control planes.

use std::sync::Arc;

use meshery_core::resource::{Kind, Resource};
use meshery_core::world::{Facet, Facets, Settings, View, World};

use super::Mesh;
use crate::analyze::kinds::{DAEMON_SET, DEPLOYMENT, STATEFUL_SET};

/// A workload of a control plane.
#[derive(Clone, Debug)]
pub(in crate::analyze) struct ControlPlane {
    pub(in crate::analyze) object: Arc<Resource>,
    pub(in crate::analyze) mesh: Mesh,
    /// How many of it there should be at least so that one may fail.
    pub(in crate::analyze) enough: i64,
}

type Dialect = fn(&Resource) -> Option<i64>;

/// By mesh, whether an object is a part of its control plane, and how many of it are enough.
const DIALECTS: [(Mesh, Dialect); 5] =
    [(Mesh::Consul, consul), (Mesh::Istio, istio), (Mesh::Kuma, kuma), (Mesh::Linkerd, linkerd), (Mesh::Osm, osm)];

fn istio(object: &Resource) -> Option<i64> {
    (label(object, "app") == Some("istiod")).then_some(2)
}

fn linkerd(object: &Resource) -> Option<i64> {
    let component = label(object, "linkerd.io/control-plane-component")?;
    matches!(component, "destination" | "identity" | "proxy-injector").then_some(2)
}

fn kuma(object: &Resource) -> Option<i64> {
    matches!(label(object, "app"), Some("kuma-control-plane" | "kong-mesh-control-plane")).then_some(2)
}

/// Servers agree by majority, which of two is both.
fn consul(object: &Resource) -> Option<i64> {
    let component = label(object, "component").filter(|_| label(object, "app") == Some("consul"))?;
    match component {
        "server" => Some(3),
        "connect-injector" => Some(2),
        _ => None,
    }
}

fn osm(object: &Resource) -> Option<i64> {
    (label(object, "app") == Some("osm-controller")).then_some(2)
}

/// Of the object, or else of its pods.
fn label<'a>(object: &'a Resource, name: &str) -> Option<&'a str> {
    object.text(&["spec", "template", "metadata", "labels", name]).or_else(|| object.label(name))
}

/// The control planes of a world.
pub(in crate::analyze) struct ControlPlanes(Vec<ControlPlane>);

/// What an object is of control planes.
struct Parts(Vec<ControlPlane>);

impl Facet for Parts {
    const KINDS: &'static [Kind<'static>] = &[DEPLOYMENT, STATEFUL_SET];

    fn of(object: &Arc<Resource>, _: &Settings) -> Option<Self> {
        let part = |mesh, enough| ControlPlane { object: Arc::clone(object), mesh, enough };
        let parts = DIALECTS.iter().filter_map(|(mesh, is_part)| Some(part(*mesh, is_part(object)?)));
        let parts: Vec<ControlPlane> = parts.collect();
        (!parts.is_empty()).then_some(Self(parts))
    }
}

impl View for ControlPlanes {
    fn of(world: &World) -> Self {
        Self(world.view::<Facets<Parts>>().iter().flat_map(|(_, parts)| &parts.0).cloned().collect())
    }
}

impl ControlPlanes {
    /// All of them.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &ControlPlane> {
        self.0.iter()
    }

    /// The first workload of a mesh's control plane.
    pub(in crate::analyze) fn of(&self, mesh: Mesh) -> Option<&ControlPlane> {
        self.0.iter().find(|it| it.mesh == mesh)
    }

    /// The DaemonSets that redirect the traffic of pods on every node, by mesh.
    pub(in crate::analyze) fn redirecting(world: &World) -> Vec<(Mesh, &Arc<Resource>)> {
        const NAMES: [(&str, Mesh); 4] = [
            ("istio-cni-node", Mesh::Istio),
            ("linkerd-cni", Mesh::Linkerd),
            ("kuma-cni-node", Mesh::Kuma),
            ("consul-cni", Mesh::Consul),
        ];
        let of = |object: &&Arc<Resource>| NAMES.iter().find(|(name, _)| *name == &*object.name).map(|(_, mesh)| *mesh);
        world.of(DAEMON_SET).iter().filter_map(|object| Some((of(&object)?, object))).collect()
    }
}
