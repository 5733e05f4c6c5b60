//! What a mesh leaves behind, and how an object that it has caused is told from others.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::object::{GroupKind, Object};

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
///     consent: None,
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
    /// What users would lose with them, and have to agree to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// Objects that share it: as long as one is there that is not of this instance, it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_by: Option<Selector>,
    /// Where it comes from; where it is not removed, also what to do about it.
    pub reason: String,
}

/// What users have to agree to before something is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Consent {
    /// Data that the mesh has stored: [`OperationOptions::remove_data`](crate::OperationOptions::remove_data).
    Data,
    /// Definitions, and with them every resource of theirs:
    /// [`OperationOptions::remove_definitions`](crate::OperationOptions::remove_definitions).
    Definitions,
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
    /// By what its name ends with.
    NameSuffix(String),
}

impl Trace {
    /// Whether an object has it.
    ///
    /// ```
    /// use meshery_core::Object;
    /// use meshery_core::lifecycle::Trace;
    /// use serde_json::json;
    ///
    /// let lease = json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": { "name": "istio-leader" } });
    /// assert!(Trace::NamePrefix("istio-".into()).fits(&Object::new(lease).unwrap()));
    /// ```
    pub fn fits(&self, object: &Object) -> bool {
        let containers = || ["/spec/containers", "/spec/initContainers"].iter().flat_map(|list| object.items(list));
        match self {
            Self::Annotation(name) => object.annotation(name).is_some(),
            Self::Container(name) => containers().any(|container| container["name"] == name.as_str()),
            Self::Label(name) => object.label(name).is_some(),
            Self::Labels(labels) => labels.iter().all(|(name, value)| object.label(name) == Some(value)),
            Self::Name(name) => object.name() == name,
            Self::NamePrefix(prefix) => object.name().starts_with(prefix.as_str()),
            Self::NameSuffix(suffix) => object.name().ends_with(suffix.as_str()),
        }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Annotation(name) => write!(f, "with the annotation {name}"),
            Self::Container(name) => write!(f, "with a container {name}"),
            Self::Label(name) => write!(f, "with the label {name}"),
            Self::Labels(labels) => {
                let all: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
                write!(f, "with {}", all.join(","))
            }
            Self::Name(name) => f.write_str(name),
            Self::NamePrefix(prefix) => write!(f, "{prefix}…"),
            Self::NameSuffix(suffix) => write!(f, "…{suffix}"),
        }
    }
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
