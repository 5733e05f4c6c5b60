//! How a mesh is recognised on a cluster, whoever has installed it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Trace;
use crate::object::{GroupKind, Object};

/// How a mesh is recognised on a cluster, whoever has installed it and wherever.
///
/// ```
/// use meshery_core::GroupKind;
/// use meshery_core::lifecycle::{Marks, OptIn, Part, Trace};
///
/// let istiod = Part {
///     kind: GroupKind::new("apps", "Deployment"),
///     trace: Trace::Labels([("app".into(), "istiod".into())].into()),
///     container: "discovery".into(),
///     required: true,
/// };
/// let marks = Marks {
///     parts: vec![istiod],
///     groups: vec!["security.istio.io".into()],
///     opt_ins: vec![OptIn::namespace_label("istio-injection", Some("enabled"))],
///     ..Marks::default()
/// };
/// assert!(marks.signs.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Marks {
    /// The workloads that it consists of.
    pub parts: Vec<Part>,
    /// API groups that nobody else defines.
    pub groups: Vec<String>,
    /// Other objects that nobody else makes.
    pub signs: Vec<Sign>,
    /// How namespaces and workloads ask for its proxies.
    pub opt_ins: Vec<OptIn>,
    /// The names of its proxies' containers.
    pub proxies: Vec<String>,
}

/// A workload that a mesh consists of.
///
/// ```
/// use meshery_core::GroupKind;
/// use meshery_core::lifecycle::{Part, Trace};
///
/// let part = Part {
///     kind: GroupKind::new("apps", "DaemonSet"),
///     trace: Trace::Name("ztunnel".into()),
///     container: "istio-proxy".into(),
///     required: false,
/// };
/// assert_eq!(part.to_string(), "DaemonSet.apps ztunnel");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its kind.
    pub kind: GroupKind,
    /// How it is told from others of its kind.
    pub trace: Trace,
    /// The container whose image has the version of the mesh.
    pub container: String,
    /// Whether the mesh is only half there without it.
    pub required: bool,
}

impl Part {
    /// Whether it is this workload.
    pub fn is(&self, object: &Object) -> bool {
        object.id().kind == self.kind && self.trace.fits(object)
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind, self.trace)
    }
}

/// An object that nobody but a mesh makes.
///
/// ```
/// use meshery_core::GroupKind;
/// use meshery_core::lifecycle::{Sign, Trace};
///
/// let sign = Sign {
///     kind: GroupKind::new("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
///     trace: Trace::NamePrefix("istio-sidecar-injector".into()),
/// };
/// assert_eq!(serde_json::to_value(&sign.trace).unwrap()["name_prefix"], "istio-sidecar-injector");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// Its kind.
    pub kind: GroupKind,
    /// How it is told from others of its kind.
    pub trace: Trace,
}

/// How a namespace or a workload asks for the proxies of a mesh.
///
/// ```
/// use meshery_core::lifecycle::OptIn;
///
/// assert_eq!(OptIn::namespace_label("istio-injection", Some("enabled")).to_string(), "label istio-injection=enabled");
/// assert_eq!(OptIn::namespace_annotation("linkerd.io/inject", None).to_string(), "annotation linkerd.io/inject");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptIn {
    /// On what it stands.
    pub on: Holder,
    /// What it is.
    pub tag: Tag,
    /// Its name.
    pub name: String,
    /// Its value; any when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// What a mark of a user's stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// On a namespace: it speaks for all workloads in it.
    Namespace,
    /// On a pod.
    Pod,
}

/// What a mark of a user's is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// An annotation.
    Annotation,
    /// A label.
    Label,
}

impl Tag {
    /// What one of this name says on an object.
    pub fn of<'a>(self, object: &'a Object, name: &str) -> Option<&'a str> {
        match self {
            Self::Annotation => object.annotation(name),
            Self::Label => object.label(name),
        }
    }
}

impl OptIn {
    /// A label of a namespace.
    pub fn namespace_label(name: &str, value: Option<&str>) -> Self {
        Self { on: Holder::Namespace, tag: Tag::Label, name: name.into(), value: value.map(str::to_owned) }
    }

    /// An annotation of a namespace.
    pub fn namespace_annotation(name: &str, value: Option<&str>) -> Self {
        Self { tag: Tag::Annotation, ..Self::namespace_label(name, value) }
    }

    /// The same on a pod.
    #[must_use]
    pub fn on_pod(self) -> Self {
        Self { on: Holder::Pod, ..self }
    }

    /// Whether this object asks.
    pub fn is_on(&self, object: &Object) -> bool {
        let found = self.tag.of(object, &self.name);
        found.is_some_and(|found| self.value.as_deref().is_none_or(|value| value == found))
    }
}

impl std::fmt::Display for OptIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tag = match self.tag {
            Tag::Annotation => "annotation",
            Tag::Label => "label",
        };
        write!(f, "{tag} {}", self.name)?;
        self.value.as_deref().map_or(Ok(()), |value| write!(f, "={value}"))
    }
}
