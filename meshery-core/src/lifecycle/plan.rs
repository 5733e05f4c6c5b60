//! What an operation would do, before it does it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Advice, Permission};
use crate::object::ObjectId;

/// What an operation would do, in order. The same wish on the same cluster gives the same bytes.
///
/// ```
/// use meshery_core::lifecycle::{ChangeAction, ChangePlan, OperationKind};
///
/// let plan = ChangePlan::new("istio", OperationKind::Install);
/// assert!(plan.is_empty() && plan.count(ChangeAction::Create) == 0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePlan {
    /// Whose plan this is.
    pub instance: String,
    /// What kind of operation it is.
    pub operation: OperationKind,
    /// The revision that there will be afterwards; none after an uninstall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// The release that is there now, as far as that is known.
    #[serde(default)]
    pub from_version: String,
    /// The release that there will be.
    #[serde(default)]
    pub to_version: String,
    /// What becomes of each object, in the order in which it is begun.
    pub changes: Vec<Change>,
    /// What all of it must be allowed to do.
    pub permissions: Vec<Permission>,
    /// What a reader should know: API versions that were replaced, objects that were left out.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What speaks against it, what blocks it first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
}

impl ChangePlan {
    /// A plan without changes.
    pub fn new(instance: impl Into<String>, operation: OperationKind) -> Self {
        Self {
            instance: instance.into(),
            operation,
            revision: None,
            from_version: String::new(),
            to_version: String::new(),
            changes: Vec::new(),
            permissions: Vec::new(),
            notes: Vec::new(),
            advice: Vec::new(),
        }
    }

    /// Whether nothing on the cluster would change.
    pub fn is_empty(&self) -> bool {
        !self.changes.iter().any(|change| change.action.writes())
    }

    /// How many objects an action is for.
    pub fn count(&self, action: ChangeAction) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }

    /// What becomes of an object.
    pub fn change(&self, object: &ObjectId) -> Option<&Change> {
        self.changes.iter().find(|change| change.object == *object)
    }
}

/// What an operation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OperationKind {
    /// To have namespaces served by an instance.
    Enrol,
    /// To have objects there, whether they are already or not.
    Install,
    /// To have an earlier revision back.
    Rollback,
    /// To have nothing there any more.
    Uninstall,
    /// To have what is installed in a new form.
    Upgrade,
    /// To have namespaces served by a mesh no longer.
    Withdraw,
}

impl fmt::Display for OperationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enrol => "enrol",
            Self::Install => "install",
            Self::Rollback => "rollback",
            Self::Uninstall => "uninstall",
            Self::Upgrade => "upgrade",
            Self::Withdraw => "withdraw",
        })
    }
}

/// What becomes of one object.
///
/// ```
/// use meshery_core::ObjectId;
/// use meshery_core::lifecycle::{Change, ChangeAction};
///
/// let change = Change::new(ObjectId::new("", "Namespace", None, "istio-system"), "v1", ChangeAction::Create);
/// assert!(change.action.writes() && change.fields.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Which object.
    pub object: ObjectId,
    /// The version of the API that it is spoken about in.
    pub api_version: String,
    /// What becomes of it.
    pub action: ChangeAction,
    /// The hook that it belongs to, for example `pre-install`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hook: Option<String>,
    /// Why, where that is not plain.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The fields that change, sorted by their paths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
}

impl Change {
    /// A change without details.
    pub fn new(object: ObjectId, api_version: impl Into<String>, action: ChangeAction) -> Self {
        Self { object, api_version: api_version.into(), action, hook: None, reason: String::new(), fields: Vec::new() }
    }
}

/// What becomes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeAction {
    /// It is there, made by another installer, and is taken over with its fields.
    Adopt,
    /// It is not there, and will be.
    Create,
    /// It is there, and will not be.
    Delete,
    /// It stays, though it is not wanted any more.
    Keep,
    /// It is removed and made again, because a field of it cannot change.
    Replace,
    /// Its pods are made anew, as many at a time as it allows itself.
    Restart,
    /// It is as it should be.
    Unchanged,
    /// It is there, and will be otherwise.
    Update,
}

impl ChangeAction {
    /// Whether anything is written to the object.
    pub fn writes(self) -> bool {
        !matches!(self, Self::Keep | Self::Unchanged)
    }
}

/// A field that changes.
///
/// ```
/// use meshery_core::lifecycle::FieldChange;
///
/// let change = FieldChange { path: ".spec.replicas".into(), before: Some(1.into()), after: Some(2.into()) };
/// assert_ne!(change.before, change.after);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// Its path: items of lists by their keys, or by their position.
    pub path: String,
    /// What is there; none for what is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What will be there; none for what will not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}
