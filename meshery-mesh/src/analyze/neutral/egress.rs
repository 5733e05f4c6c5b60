//! Whether workloads may call what the mesh does not know.

use meshery_core::resource::Node;
use meshery_core::world::World;

use super::kinds::{CONSUL_MESH, KUMA_MESH, KUMA_PASSTHROUGH, LINKERD_EGRESS};
use super::place::{is_true, is_whole_mesh};
use super::{Mesh, Place};
use crate::analyze::istio::MeshConfig;
use crate::analyze::kinds::SIDECAR;

/// Something by which they may.
pub(in crate::analyze) struct Egress {
    pub(in crate::analyze) mesh: Mesh,
    pub(in crate::analyze) place: Place,
    pub(in crate::analyze) help: &'static str,
}

/// Sorted by mesh.
const DIALECTS: [fn(&World) -> Vec<Egress>; 4] = [consul, istio, kuma, linkerd];

impl Egress {
    /// All by which they may.
    pub(in crate::analyze) fn open(world: &World) -> Vec<Self> {
        DIALECTS.iter().flat_map(|dialect| dialect(world)).collect()
    }
}

fn consul(world: &World) -> Vec<Egress> {
    let path = ["spec", "transparentProxy", "meshDestinationsOnly"];
    let open = world.of(CONSUL_MESH).iter().filter(|mesh| !is_true(&mesh.root, &path));
    let help = "set transparentProxy.meshDestinationsOnly, and let a terminating gateway lead to what is outside";
    open.map(|mesh| Egress { mesh: Mesh::Consul, place: Place::at(mesh, &path), help }).collect()
}

fn istio(world: &World) -> Vec<Egress> {
    let help = "set outboundTrafficPolicy to REGISTRY_ONLY, and describe what is outside by ServiceEntries";
    let config = world.view::<MeshConfig>();
    let mode = config.get(&["outboundTrafficPolicy", "mode"]).and_then(|node| node.as_str());
    let is_open = matches!(mode, None | Some("ALLOW_ANY"));
    let mut found = Vec::new();
    // A Sidecar of the root namespace that selects nothing is for the whole mesh, and the last word.
    let root = world.within(SIDECAR, config.root_namespace()).iter();
    let mut whole = root.filter(|it| it.root.at(&["spec", "workloadSelector"]).is_none_or(Node::is_empty));
    let said = whole.find_map(|it| Some((it, it.root.at(&["spec", "outboundTrafficPolicy", "mode"])?)));
    match (said, &config.object) {
        (Some((sidecar, node)), _) if node.as_str() == Some("ALLOW_ANY") => {
            found.push(Egress { mesh: Mesh::Istio, place: Place::of(sidecar, node), help });
        }
        (None, Some(object)) if is_open => {
            let place = Place::at(object, &["data", "mesh"]).first_line();
            found.push(Egress { mesh: Mesh::Istio, place, help });
        }
        _ => {}
    }
    found
}

/// What a mesh does that says nothing depends on the version, and is not told here.
fn kuma(world: &World) -> Vec<Egress> {
    let help = "set it to None or Matched, and describe what is outside by MeshExternalServices";
    let policies = world.of(KUMA_PASSTHROUGH).iter().filter_map(|policy| {
        let node = policy.root.at(&["spec", "default", "passthroughMode"])?;
        let is_open = node.as_str() == Some("All") && is_whole_mesh(policy.root.at(&["spec", "targetRef"]));
        is_open.then(|| Egress { mesh: Mesh::Kuma, place: Place::of(policy, node), help })
    });
    let meshes = world.of(KUMA_MESH).iter().filter_map(|mesh| {
        let node = mesh.root.at(&["spec", "networking", "outbound", "passthrough"])?;
        let help = "set it to false, and describe what is outside by MeshExternalServices";
        (node.as_bool() == Some(true)).then(|| Egress { mesh: Mesh::Kuma, place: Place::of(mesh, node), help })
    });
    policies.chain(meshes).collect()
}

/// Without an `EgressNetwork` all traffic leaves; that is the same in every cluster, and only what somebody has written down is
/// told.
fn linkerd(world: &World) -> Vec<Egress> {
    let open = world.of(LINKERD_EGRESS).iter().filter_map(|network| {
        let node = network.root.at(&["spec", "trafficPolicy"]).filter(|node| node.as_str() == Some("Allow"))?;
        // Only some networks: somebody has thought of it.
        let is_all = network.root.at(&["spec", "networks"]).is_none_or(Node::is_empty);
        let help = "set it to Deny, and allow what is called by routes of the EgressNetwork";
        is_all.then(|| Egress { mesh: Mesh::Linkerd, place: Place::of(network, node), help })
    });
    open.collect()
}
