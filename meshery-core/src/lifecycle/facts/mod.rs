//! What is particular to one mesh on a cluster, as data.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{InstanceSpec, Source};
use crate::error::Result;
use crate::object::{GroupKind, Object};

/// What is particular to one mesh on a cluster: data and pure functions. The engine knows no mesh by name.
///
/// ```
/// use meshery_core::lifecycle::{ClusterCheck, ClusterMesh, InstanceSpec, MeshFacts, Source};
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

/// What a mesh leaves behind, how it is found, and what is to be done about it.
///
/// ```
/// use meshery_core::GroupKind;
/// use meshery_core::lifecycle::{ResidueRule, Trace};
///
/// let rule = ResidueRule {
///     kind: GroupKind::new("", "ConfigMap"),
///     namespace: None,
///     trace: Trace::Name("istio-ca-root-cert".into()),
///     remove: true,
///     shared_by: None,
///     reason: "istiod writes its root certificate into every namespace".into(),
/// };
/// assert!(rule.remove);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResidueRule {
    /// Objects of which kind.
    pub kind: GroupKind,
    /// In which namespace; all when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// How they are told from others.
    pub trace: Trace,
    /// Whether the uninstall removes them. What belongs to users is only named.
    pub remove: bool,
    /// Objects that share it: as long as one is there that is not of this instance, it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_by: Option<Selector>,
    /// Where it comes from; where it is not removed, also what to do about it.
    pub reason: String,
}

/// How an object that a mesh has caused is told from others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trace {
    /// By an annotation of this name.
    Annotation(String),
    /// A pod with a container of this name, also among those that run first.
    Container(String),
    /// By a label of this name.
    Label(String),
    /// By its labels.
    Labels(BTreeMap<String, String>),
    /// By its whole name.
    Name(String),
    /// By what its name begins with.
    NamePrefix(String),
}

/// Objects of a kind with certain labels.
///
/// ```
/// use meshery_core::GroupKind;
/// use meshery_core::lifecycle::Selector;
///
/// let istiods = Selector { kind: GroupKind::new("apps", "Deployment"), labels: [("app".into(), "istiod".into())].into() };
/// assert_eq!(istiods.labels["app"], "istiod");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// The kind.
    pub kind: GroupKind,
    /// The labels.
    pub labels: BTreeMap<String, String>,
}

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
    /// A pod, in a dry run, in a namespace with these labels, comes back with this container; one in a namespace
    /// without them comes back without.
    Injected {
        /// The labels of the namespace.
        namespace_labels: BTreeMap<String, String>,
        /// The annotations of the namespace.
        #[serde(default)]
        namespace_annotations: BTreeMap<String, String>,
        /// The container.
        container: String,
    },
    /// All objects of the instance are there and ready.
    Ready,
}
