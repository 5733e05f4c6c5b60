//! What must be true of a mesh on a cluster.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OptIn;
use crate::object::Object;

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
    /// This object, in a dry run, is refused by a webhook; the same in order is not.
    Denied {
        /// What must be refused.
        object: Object,
        /// What must not.
        control: Object,
    },
    /// A pod that asks for it, in a dry run, comes back with this container; one that does not comes back without.
    Injected {
        /// How it is asked for.
        opt_in: OptIn,
        /// The container.
        container: String,
    },
    /// All objects of the instance are there and ready.
    Ready,
}
