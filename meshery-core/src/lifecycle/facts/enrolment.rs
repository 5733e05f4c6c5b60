//! How workloads come to be served by an instance, and how a pod shows by which it is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{OptIn, Tag, Trace};
use crate::object::{GroupKind, Object};

/// How workloads come to be served by an instance of a mesh.
///
/// ```
/// use meshery_core::lifecycle::{DataPlane, Enrolment, OptIn};
///
/// let opt_in = OptIn::namespace_annotation("linkerd.io/inject", Some("enabled"));
/// let enrolment = Enrolment::new(vec![opt_in], DataPlane::sidecar("linkerd-proxy"));
/// assert_eq!(enrolment.ways[0][0].to_string(), "annotation linkerd.io/inject=enabled");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// The ways in which it is asked for, each by all of its marks together. The first is taken where none is taken yet;
    /// what a mark without a value is to say is for the user to say.
    pub ways: Vec<Vec<OptIn>>,
    /// Marks by which it is asked for because something on the cluster says so.
    #[serde(default)]
    pub aliases: Vec<Alias>,
    /// Marks that keep a namespace or a pod out of it.
    #[serde(default)]
    pub opt_outs: Vec<OptIn>,
    /// Whether pods on the network of their node are passed over.
    #[serde(default)]
    pub passes_over_host_network: bool,
    /// Where its proxies are.
    pub data_plane: DataPlane,
}

impl Enrolment {
    /// One way to ask, by all of these marks together.
    pub fn new(way: Vec<OptIn>, data_plane: DataPlane) -> Self {
        Self { ways: vec![way], aliases: vec![], opt_outs: vec![], passes_over_host_network: false, data_plane }
    }
}

/// Objects that give an instance one more mark by which it is asked for.
///
/// ```
/// use meshery_core::lifecycle::{Alias, OptIn};
/// use meshery_core::{GroupKind, Object};
/// use serde_json::json;
///
/// let tags = Alias {
///     kind: GroupKind::new("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
///     labels: [("istio.io/rev".into(), "canary".into())].into(),
///     value_of: Some("istio.io/tag".into()),
///     mark: OptIn::namespace_label("istio.io/rev", None),
/// };
/// let metadata = json!({ "name": "istio-revision-tag-prod", "labels": { "istio.io/rev": "canary", "istio.io/tag": "prod" } });
/// let tag = json!({ "apiVersion": "admissionregistration.k8s.io/v1", "kind": tags.kind.kind, "metadata": metadata });
/// assert_eq!(tags.of(&Object::new(tag).unwrap()).unwrap().to_string(), "label istio.io/rev=prod");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// Their kind.
    pub kind: GroupKind,
    /// The labels by which they speak of this instance.
    pub labels: BTreeMap<String, String>,
    /// The label whose value is that of the mark; the mark has its own where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_of: Option<String>,
    /// The mark.
    pub mark: OptIn,
}

impl Alias {
    /// The mark that this object gives to the instance, if it does.
    pub fn of(&self, object: &Object) -> Option<OptIn> {
        let speaks = object.id().kind == self.kind && Trace::Labels(self.labels.clone()).fits(object);
        let value = match &self.value_of {
            None => self.mark.value.clone(),
            Some(label) => Some(object.label(label)?.to_owned()),
        };
        speaks.then(|| OptIn { value, ..self.mark.clone() })
    }
}

/// Where the proxies of an instance are, and how a pod shows that one of them serves it.
///
/// ```
/// use meshery_core::Object;
/// use meshery_core::lifecycle::{DataPlane, RevisionMark, Tag};
/// use serde_json::json;
///
/// let told_by = vec![RevisionMark { tag: Tag::Annotation, name: "istio.io/rev".into(), field: None }];
/// let canary = DataPlane::Sidecar { container: "istio-proxy".into(), revision: Some("canary".into()), told_by };
/// let metadata = json!({ "name": "cart", "annotations": { "istio.io/rev": "stable" } });
/// let spec = json!({ "containers": [{ "name": "cart" }, { "name": "istio-proxy" }] });
/// let pod = Object::new(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec })).unwrap();
/// assert_eq!(canary.revision_of(&pod).as_deref(), Some("stable"));
/// assert!(!canary.serves(&pod), "another revision does");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DataPlane {
    /// On the nodes: a pod is not made anew for it.
    Node {
        /// What a pod bears once its traffic is taken there.
        mark: OptIn,
    },
    /// In the pods, one in each: it comes and goes with the pod.
    Sidecar {
        /// The name of its container.
        container: String,
        /// Which revision the instance is, where a mesh has several at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<String>,
        /// Where a pod says by which revision it is served; the first that is there counts.
        #[serde(default)]
        told_by: Vec<RevisionMark>,
    },
}

impl DataPlane {
    /// Sidecars of a mesh without revisions.
    pub fn sidecar(container: &str) -> Self {
        Self::Sidecar { container: container.into(), revision: None, told_by: Vec::new() }
    }

    /// The name of the container in the pods, if there is one.
    pub fn container(&self) -> Option<&str> {
        match self {
            Self::Node { .. } => None,
            Self::Sidecar { container, .. } => Some(container),
        }
    }

    /// Whether the instance serves this pod. A pod that does not say by which revision is not served by this one.
    pub fn serves(&self, pod: &Object) -> bool {
        match self {
            Self::Node { mark } => mark.is_on(pod),
            Self::Sidecar { container, revision, .. } => {
                Trace::Container(container.clone()).fits(pod)
                    && (revision.is_none() || self.revision_of(pod) == *revision)
            }
        }
    }

    /// By which revision a pod says that it is served.
    pub fn revision_of(&self, pod: &Object) -> Option<String> {
        match self {
            Self::Node { .. } => None,
            Self::Sidecar { told_by, .. } => told_by.iter().find_map(|mark| mark.read(pod)),
        }
    }
}

/// Where a pod says by which revision it is served.
///
/// ```
/// use meshery_core::Object;
/// use meshery_core::lifecycle::{RevisionMark, Tag};
/// use serde_json::json;
///
/// let status = RevisionMark { tag: Tag::Annotation, name: "sidecar.istio.io/status".into(), field: Some("revision".into()) };
/// let metadata = json!({ "name": "cart", "annotations": { "sidecar.istio.io/status": r#"{"revision":"canary"}"# } });
/// let pod = Object::new(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata })).unwrap();
/// assert_eq!(status.read(&pod).as_deref(), Some("canary"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevisionMark {
    /// What it is.
    pub tag: Tag,
    /// Its name.
    pub name: String,
    /// Which field has it, where the value is JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl RevisionMark {
    /// What it says on this pod.
    pub fn read(&self, pod: &Object) -> Option<String> {
        let found = self.tag.of(pod, &self.name)?;
        let Some(field) = &self.field else { return Some(found.to_owned()) };
        let document: Value = serde_json::from_str(found).ok()?;
        document[field].as_str().map(str::to_owned)
    }
}
