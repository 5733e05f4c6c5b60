//! What an operation has done, and what there is afterwards.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{OperationEvent, OperationKind};
use crate::health::Health;
use crate::object::{Object, ObjectId};

/// What an operation has done.
///
/// ```
/// use meshery_core::OperationReport;
/// use meshery_core::lifecycle::OperationKind;
///
/// let report = OperationReport::new("5f1c", "istio", OperationKind::Install);
/// assert!(!report.changed_anything());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationReport {
    /// The operation's id.
    pub operation: String,
    /// Whose operation it was.
    pub instance: String,
    /// What it was for.
    pub kind: OperationKind,
    /// The revision that is there now; none after an uninstall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// What is new.
    pub created: Vec<ObjectId>,
    /// What is otherwise than before.
    pub updated: Vec<ObjectId>,
    /// What is gone.
    pub deleted: Vec<ObjectId>,
    /// How many were as they should be.
    pub unchanged: u64,
    /// What stays though it is not wanted any more.
    pub kept: Vec<Kept>,
    /// Resources that went with their definitions, as they were.
    #[serde(default)]
    pub exported: Vec<Object>,
    /// What the mesh itself has left behind.
    #[serde(default)]
    pub residue: Vec<Residue>,
    /// What happened, in order.
    pub events: Vec<OperationEvent>,
}

impl OperationReport {
    /// A report of nothing yet.
    pub fn new(operation: impl Into<String>, instance: impl Into<String>, kind: OperationKind) -> Self {
        Self {
            operation: operation.into(),
            instance: instance.into(),
            kind,
            revision: None,
            created: Vec::new(),
            updated: Vec::new(),
            deleted: Vec::new(),
            unchanged: 0,
            kept: Vec::new(),
            exported: Vec::new(),
            residue: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Whether anything on the cluster is otherwise than before.
    pub fn changed_anything(&self) -> bool {
        !(self.created.is_empty() && self.updated.is_empty() && self.deleted.is_empty())
    }
}

/// An object that stays though it is not wanted any more.
///
/// ```
/// use meshery_core::ObjectId;
/// use meshery_core::lifecycle::Kept;
///
/// let object = ObjectId::new("", "Namespace", None, "shop");
/// let kept = Kept { object, reason: "others have objects in it".into() };
/// assert!(kept.reason.contains("others"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Which.
    pub object: ObjectId,
    /// Why.
    pub reason: String,
}

/// An object that an instance did not bring but has caused, and what becomes of it.
///
/// ```
/// use meshery_core::ObjectId;
/// use meshery_core::lifecycle::Residue;
///
/// let residue = Residue {
///     object: ObjectId::new("", "ConfigMap", Some("shop"), "istio-ca-root-cert"),
///     reason: "istiod writes its root certificate into every namespace".into(),
///     removed: true,
/// };
/// assert!(residue.removed);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Residue {
    /// Which.
    pub object: ObjectId,
    /// Where it comes from, and why it stays where it does.
    pub reason: String,
    /// Whether it is gone now.
    pub removed: bool,
}

/// What is known of an instance.
///
/// ```
/// use meshery_core::lifecycle::InstanceStatus;
///
/// let status: InstanceStatus =
///     serde_json::from_str(r#"{ "instance": "istio", "objects": [], "revisions": [], "healthy": true }"#).unwrap();
/// assert!(status.holder.is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstanceStatus {
    /// Its name.
    pub instance: String,
    /// Which mesh it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mesh: Option<crate::MeshId>,
    /// Which release of it.
    #[serde(default)]
    pub version: String,
    /// The revision that is there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// Who is at work on it, or was when it was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// Whether all its objects are there and ready.
    pub healthy: bool,
    /// How each object is.
    pub objects: Vec<(ObjectId, Health)>,
    /// What can be gone back to, oldest first.
    pub revisions: Vec<RevisionInfo>,
}

/// A revision of an instance.
///
/// ```
/// use meshery_core::lifecycle::{RevisionInfo, RevisionState};
///
/// let revision = RevisionInfo { number: 2, version: "1.30.3".into(), state: RevisionState::Current, objects: 34 };
/// assert_eq!(revision.state, RevisionState::Current);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevisionInfo {
    /// Its number, from 1.
    pub number: u32,
    /// Which release it was.
    pub version: String,
    /// What became of it.
    pub state: RevisionState,
    /// How many objects it has.
    pub objects: u64,
}

/// What became of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RevisionState {
    /// It is the one that is there.
    Current,
    /// It did not come about.
    Failed,
    /// It is being brought about, or was when that was interrupted.
    Pending,
    /// Another has taken its place.
    Superseded,
}
