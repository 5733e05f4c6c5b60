//! What is particular to one mesh on a cluster, as data.
//!
//! | module | says |
//! |---|---|
//! | `check` | what must be true once it is installed |
//! | `credential` | the certificates that it depends on |
//! | `enrolment` | how workloads come to be served by it |
//! | `marks` | how it is recognised, whoever has installed it |
//! | `release` | which releases there are, and which step from one to another is allowed |
//! | `residue` | what it leaves behind |

mod check;
mod credential;
mod enrolment;
mod marks;
mod release;
mod residue;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{InstanceSpec, Source};
use crate::error::Result;
use crate::object::GroupKind;

pub use check::{ClusterCheck, ClusterProbe, Says};
pub use credential::{Credential, Place};
pub use enrolment::{Alias, DataPlane, Enrolment, RevisionMark};
pub use marks::{Holder, Marks, OptIn, Part, Sign, Tag};
pub use release::{Line, Releases, Retired, Version};
pub use residue::{Consent, ResidueRule, Selector, Trace};

/// What is particular to one mesh on a cluster: data and pure functions. The engine knows no mesh by name.
///
/// ```
/// use meshery_core::lifecycle::{ClusterCheck, ClusterMesh, InstanceSpec, Marks, MeshFacts, Releases, Source};
///
/// struct Plain;
/// impl ClusterMesh for Plain {
///     fn sources(&self, wanted: &InstanceSpec) -> meshery_core::Result<Vec<Source>> {
///         Ok(vec![Source::Path(format!("plain-{}.yaml", wanted.version))])
///     }
///     fn facts(&self, _wanted: &InstanceSpec) -> MeshFacts {
///         MeshFacts::default()
///     }
///     fn checks(&self, _wanted: &InstanceSpec) -> Vec<ClusterCheck> {
///         vec![]
///     }
///     fn marks(&self) -> Marks {
///         Marks { groups: vec!["plain.example.com".into()], ..Marks::default() }
///     }
///     fn releases(&self) -> Releases {
///         Releases::default()
///     }
/// }
/// let mesh: &dyn ClusterMesh = &Plain;
/// assert!(mesh.facts(&InstanceSpec::new("plain", "plain", vec![])).residue.is_empty());
/// ```
pub trait ClusterMesh: Send + Sync {
    /// Where the manifests of what is wanted come from, when the specification does not say.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for settings that it does not know, with their place.
    fn sources(&self, wanted: &InstanceSpec) -> Result<Vec<Source>>;

    /// What the engine must know of it.
    fn facts(&self, wanted: &InstanceSpec) -> MeshFacts;

    /// What must be true once it is installed.
    fn checks(&self, wanted: &InstanceSpec) -> Vec<ClusterCheck>;

    /// How it is recognised, whoever has installed it.
    fn marks(&self) -> Marks;

    /// Which releases there are, and which step from one to another is allowed.
    fn releases(&self) -> Releases;

    /// How workloads come to be served by what is wanted; none where nothing can be done about it.
    fn enrolment(&self, _wanted: &InstanceSpec) -> Option<Enrolment> {
        None
    }
}

/// What the engine must know of a mesh.
///
/// ```
/// let facts = meshery_core::lifecycle::MeshFacts::default();
/// assert!(facts.runtime_owners.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MeshFacts {
    /// Who else writes to its objects at run time, and may.
    pub runtime_owners: Vec<RuntimeOwner>,
    /// What it leaves behind.
    pub residue: Vec<ResidueRule>,
    /// Finalizers that its own controllers put on objects: nobody takes them away once those are gone.
    pub finalizers: Vec<String>,
    /// The certificates that it depends on.
    pub credentials: Vec<Credential>,
}

/// Somebody who writes to certain fields of objects at run time, and may.
///
/// ```
/// use meshery_core::GroupKind;
/// use meshery_core::lifecycle::RuntimeOwner;
///
/// let istiod = RuntimeOwner {
///     manager: "pilot-discovery".into(),
///     kind: GroupKind::new("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
///     fields: vec!["webhooks[*].failurePolicy".into(), "webhooks[*].clientConfig.caBundle".into()],
/// };
/// assert_eq!(istiod.fields.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuntimeOwner {
    /// Who it is, by the name that the API server keeps for field management.
    pub manager: String,
    /// To what.
    pub kind: GroupKind,
    /// Which fields: names with dots between, `[*]` for any item of a list.
    pub fields: Vec<String>,
}
