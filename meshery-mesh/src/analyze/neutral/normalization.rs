//! Whether paths are made alike before policies see them.

use meshery_core::world::World;

use super::conditions::{Condition, Conditions, Part};
use super::kinds::CONSUL_MESH;
use super::place::is_true;
use super::{Mesh, Place};
use crate::analyze::istio::MeshConfig;

/// Paths that are told apart though an application may take them for one.
pub(in crate::analyze) struct Paths {
    pub(in crate::analyze) place: Place,
    /// Which paths.
    pub(in crate::analyze) message: &'static str,
    pub(in crate::analyze) help: &'static str,
    /// Whether paths are not made alike at all.
    pub(in crate::analyze) none: bool,
    /// A policy that is passed by.
    pub(in crate::analyze) policy: Place,
}

/// Sorted by mesh.
const DIALECTS: [fn(&World) -> Option<Paths>; 2] = [consul, istio];

/// Where policies are passed by.
pub(in crate::analyze) fn paths(world: &World) -> Vec<Paths> {
    DIALECTS.iter().filter_map(|dialect| dialect(world)).collect()
}

/// The first policy of a mesh that asks for paths; where paths are at least cleaned, one that lets through what it does
/// not expect.
fn policy(world: &World, mesh: Mesh, none: bool) -> Option<Place> {
    let conditions = world.view::<Conditions>();
    let counts = |it: &&Condition| it.mesh == mesh && it.part == Part::Path && (none || it.fails_open());
    conditions.iter().find(counts).map(|it| it.place.clone())
}

const SLASHES: &str = "\"/a//b\" and \"/a/b\" are two paths for policies, and may be one for the application";
const ALL: &str = "\"/a/../b\" and \"/b\" are two paths for policies, and may be one for the application";

fn consul(world: &World) -> Option<Paths> {
    let mesh = world.of(CONSUL_MESH).first()?;
    let path = ["spec", "http", "incoming", "requestNormalization"];
    let settings = mesh.root.at(&path);
    let none = settings.is_some_and(|it| is_true(it, &["insecureDisablePathNormalization"]));
    if !none && settings.is_some_and(|it| is_true(it, &["mergeSlashes"])) {
        return None;
    }
    Some(Paths {
        place: Place::at(mesh, &path),
        message: if none { ALL } else { SLASHES },
        help: "leave path normalization on, and set mergeSlashes",
        none,
        policy: policy(world, Mesh::Consul, none)?,
    })
}

fn istio(world: &World) -> Option<Paths> {
    let config = world.view::<MeshConfig>();
    let object = config.object.as_ref()?;
    let setting = config.get(&["pathNormalization", "normalization"]).and_then(|node| node.as_str());
    let none = match setting {
        Some("NONE") => true,
        None | Some("DEFAULT" | "BASE") => false,
        Some(_) => return None,
    };
    Some(Paths {
        place: Place::at(object, &["data", "mesh"]).first_line(),
        message: if none { ALL } else { SLASHES },
        help: "set pathNormalization.normalization of the MeshConfig to MERGE_SLASHES, or to DECODE_AND_MERGE_SLASHES",
        none,
        policy: policy(world, Mesh::Istio, none)?,
    })
}
