//! Which meshes are on a cluster, and in which state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Advice;
use crate::object::ObjectId;
use crate::provider::MeshId;

/// Which meshes are on a cluster, found from what is there alone.
///
/// ```
/// let nothing = meshery_core::lifecycle::Detection::default();
/// assert!(nothing.meshes.is_empty() && nothing.advice.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Detection {
    /// Those of which there is anything, sorted by name.
    pub meshes: Vec<DetectedMesh>,
    /// What speaks against how they are.
    pub advice: Vec<Advice>,
}

/// A mesh of which there is something on a cluster.
///
/// ```
/// use meshery_core::lifecycle::{DetectedMesh, MeshState};
///
/// let mesh = DetectedMesh { versions: vec!["1.30.3".into()], ..DetectedMesh::new("istio", MeshState::Running) };
/// assert_eq!(serde_json::to_value(&mesh).unwrap()["state"], "running");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DetectedMesh {
    /// Its name in the registry.
    pub mesh: MeshId,
    /// How it is.
    pub state: MeshState,
    /// The versions of its parts, sorted; more than one while one takes over from another.
    pub versions: Vec<String>,
    /// The namespaces of its parts.
    pub namespaces: Vec<String>,
    /// Who has written its parts, by the names that the API server keeps for field management.
    pub installers: Vec<String>,
    /// Its parts.
    pub parts: Vec<ObjectId>,
    /// Parts of it that are not there, though it does not work without them.
    pub missing: Vec<String>,
    /// What else is there of it.
    pub signs: Vec<ObjectId>,
    /// Namespaces that ask for its proxies.
    pub asking: Vec<String>,
}

impl DetectedMesh {
    /// A mesh of which nothing else is known.
    pub fn new(mesh: &str, state: MeshState) -> Self {
        Self {
            mesh: mesh.into(),
            state,
            versions: Vec::new(),
            namespaces: Vec::new(),
            installers: Vec::new(),
            parts: Vec::new(),
            missing: Vec::new(),
            signs: Vec::new(),
            asking: Vec::new(),
        }
    }
}

/// How a mesh is that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MeshState {
    /// Some of its parts are there, others that it does not work without are not.
    Partial,
    /// None of its parts is there, but definitions, webhooks or marks of it are.
    Remnants,
    /// Everything that it does not work without is there and ready.
    Running,
    /// Everything that it does not work without is there, but not ready.
    Unready,
}
