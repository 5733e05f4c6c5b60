//! What must be true of a mesh on a cluster.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OptIn;
use crate::object::{Object, ObjectId};

/// Something that must be true of a mesh on a cluster, and how to find out.
///
/// ```
/// use meshery_core::lifecycle::{ClusterCheck, ClusterProbe};
///
/// let check = ClusterCheck { name: "objects_ready".into(), claim: "All objects are ready".into(), probe: ClusterProbe::Ready };
/// assert_eq!(check.name, "objects_ready");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterCheck {
    /// A stable name.
    pub name: String,
    /// The sentence that is true when the check passes.
    pub claim: String,
    /// How to find out.
    pub probe: ClusterProbe,
}

/// How to find out whether something is true of a mesh on a cluster. Nothing is left behind by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "probe", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClusterProbe {
    /// A running part, asked by way of the API server, says this of itself.
    Answers {
        /// The Service behind which it is.
        service: ObjectId,
        /// The port of the Service.
        port: u16,
        /// The path that is asked for.
        path: String,
        /// What it must say.
        says: Says,
    },
    /// What is kept of the mesh's [`credentials`](super::MeshFacts::credentials) is valid now, has its key, and leads to
    /// its anchors.
    Certificates,
    /// This object, in a dry run, is refused by a webhook; the same in order is not.
    Denied {
        /// What must be refused.
        object: Object,
        /// What must not.
        control: Object,
    },
    /// A pod that asks for it, in a dry run, comes back with this container; one that does not comes back without.
    Injected {
        /// How it is asked for: by all of these together.
        opt_ins: Vec<OptIn>,
        /// The container.
        container: String,
    },
    /// All objects of the instance are there and ready.
    Ready,
}

/// What a running part must say of itself.
///
/// ```
/// use meshery_core::lifecycle::Says;
///
/// let says: Says = serde_json::from_str(r#"{ "says": "version", "at": "/version" }"#).unwrap();
/// assert_eq!(says, Says::Version { at: "/version".into() });
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "says", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Says {
    /// In a list of proxies, for each of them: that it has taken what was sent to it.
    InSync {
        /// The field with the name of a proxy.
        each: String,
        /// Fields that are equal when it has: what was sent, and what was taken.
        pairs: Vec<(String, String)>,
    },
    /// Which version it is: the one that was installed.
    Version {
        /// Where it stands, as a JSON pointer (RFC 6901); empty where it is all that is said.
        at: String,
    },
}
