//! Moving workloads between meshes, or between revisions of one mesh: what is wanted, and what has come of it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spec::check_name;
use super::{Kept, OperationEvent, OperationKind};
use crate::error::{Error, Result};
use crate::object::ObjectId;
use crate::provider::MeshId;

/// By which instance the workloads of namespaces are to be served; or, where they are withdrawn, by which not.
///
/// ```
/// use meshery_core::EnrolmentSpec;
///
/// let spec: EnrolmentSpec =
///     serde_json::from_str(r#"{ "instance": "istio-canary", "namespaces": ["shop"] }"#).unwrap();
/// assert!(spec.restart && spec.check().is_ok());
/// assert_eq!(spec, EnrolmentSpec::new("istio-canary", &["shop"]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentSpec {
    /// The instance, by its name.
    pub instance: String,
    /// The namespaces: at least one, each once.
    pub namespaces: Vec<String>,
    /// Whether workloads are restarted, so that their pods are as the namespace says. Without it only those that come
    /// later are.
    #[serde(default = "yes")]
    pub restart: bool,
    /// What the mark is to say, where that is not plain: one of Istio's revision tags, the network service that clients
    /// of Network Service Mesh want.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Other meshes that the namespaces leave in the same step: their marks go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaves: Vec<MeshId>,
    /// Which mesh the instance was, to withdraw from one that is not there any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mesh: Option<MeshId>,
}

fn yes() -> bool {
    true
}

impl EnrolmentSpec {
    /// These namespaces, with a restart of their workloads.
    pub fn new(instance: impl Into<String>, namespaces: &[&str]) -> Self {
        Self {
            instance: instance.into(),
            namespaces: namespaces.iter().map(|name| (*name).to_owned()).collect(),
            restart: true,
            value: None,
            leaves: Vec::new(),
            mesh: None,
        }
    }

    /// Whether it can be carried out anywhere.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) with the field.
    pub fn check(&self) -> Result<()> {
        check_name("instance", &self.instance, 40)?;
        if self.namespaces.is_empty() {
            return Err(Error::invalid("namespaces", "nothing is wanted").expected("at least one namespace"));
        }
        let mut known = BTreeSet::new();
        for (index, name) in self.namespaces.iter().enumerate() {
            let place = format!("namespaces[{index}]");
            check_name(&place, name, 63)?;
            if !known.insert(name) {
                return Err(Error::invalid(place, "named twice").expected("each namespace once").found(name));
            }
        }
        Ok(())
    }
}

/// What has come of moving workloads.
///
/// ```
/// use meshery_core::EnrolmentReport;
/// use meshery_core::lifecycle::OperationKind;
///
/// let report = EnrolmentReport::new("5f1c", "istio-canary", OperationKind::Enrol);
/// assert!(!report.changed_anything());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentReport {
    /// The operation's id.
    pub operation: String,
    /// Of which instance.
    pub instance: String,
    /// Whether it was to enrol or to withdraw.
    pub kind: OperationKind,
    /// The namespaces.
    pub namespaces: Vec<String>,
    /// Objects on which marks have come or gone.
    pub marked: Vec<ObjectId>,
    /// Workloads whose pods were made anew.
    pub restarted: Vec<ObjectId>,
    /// Workloads that were left as they are, and pods that are nobody's to restart; and why.
    pub left_alone: Vec<Kept>,
    /// The proof: every pod of the workloads that are as they were to be, with the proxy that is in it. None where nobody
    /// waited for them.
    pub pods: Vec<EnrolledPod>,
    /// What happened, in order.
    pub events: Vec<OperationEvent>,
}

impl EnrolmentReport {
    /// A report of nothing yet.
    pub fn new(operation: impl Into<String>, instance: impl Into<String>, kind: OperationKind) -> Self {
        Self {
            operation: operation.into(),
            instance: instance.into(),
            kind,
            namespaces: Vec::new(),
            marked: Vec::new(),
            restarted: Vec::new(),
            left_alone: Vec::new(),
            pods: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Whether anything on the cluster is otherwise than before.
    pub fn changed_anything(&self) -> bool {
        !(self.marked.is_empty() && self.restarted.is_empty())
    }
}

/// A pod that was looked at, and what was found in it.
///
/// ```
/// use meshery_core::ObjectId;
/// use meshery_core::lifecycle::EnrolledPod;
///
/// let pod = ObjectId::new("", "Pod", Some("shop"), "cart-7c5d");
/// let pod = EnrolledPod { pod, proxy: Some("istio-proxy".into()), revision: Some("canary".into()) };
/// assert_eq!(serde_json::to_value(&pod).unwrap()["revision"], "canary");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolledPod {
    /// Which.
    pub pod: ObjectId,
    /// The container of its proxy; none where none is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// By which revision it says that it is served; none where it says nothing of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_carried_out_is_refused_at_its_place() {
        for (instance, namespaces, place) in [
            ("Istio", &["shop"][..], "instance"),
            ("istio", &[], "namespaces"),
            ("istio", &["shop", "Shop"], "namespaces[1]"),
            ("istio", &["shop", "bank", "shop"], "namespaces[2]"),
        ] {
            let error = EnrolmentSpec::new(instance, namespaces).check().unwrap_err();
            assert_eq!(error.report().place.as_deref(), Some(place), "{error}");
        }
    }
}
