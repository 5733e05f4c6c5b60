//! How far an operation may go, and how long it may take.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AdviceCode, ChangePlan};
use crate::units::{duration, duration_schema};

/// How far an operation may go, and how long it may take.
///
/// ```
/// use meshery_core::OperationOptions;
///
/// let options: OperationOptions = serde_json::from_str(r#"{ "object_timeout": "1m", "adopt": true }"#).unwrap();
/// assert_eq!(options.object_timeout.as_secs(), 60);
/// assert!(options.wait && !options.remove_definitions);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OperationOptions {
    /// Whether to wait until everything is ready, or gone.
    pub wait: bool,
    /// Whether objects that another installer made (Helm, istioctl, kubectl) are taken over with their fields.
    pub adopt: bool,
    /// Whether namespaces that objects name, and that are not there, are created and removed with the instance.
    pub create_namespaces: bool,
    /// Whether an uninstall or an upgrade may remove definitions of custom resources, and with them every resource of
    /// theirs.
    pub remove_definitions: bool,
    /// Whether an uninstall may remove what the mesh has stored for its users, such as volumes.
    pub remove_data: bool,
    /// Whether finalizers may be taken from objects whose controller is gone, when they would never go otherwise.
    pub remove_finalizers: bool,
    /// Whether what cannot be changed in place, because a field of it is immutable, may be removed and made again.
    pub replace: bool,
    /// Whether every write is tried as a dry run before the first is done, so that what the server or a webhook refuses is
    /// known beforehand. What needs a namespace or a definition of the same set that is not there yet cannot be tried, and
    /// is named in the plan's notes.
    #[serde(skip_serializing_if = "is_false")]
    pub rehearse: bool,
    /// Advice that would block the operation and does not: whoever names it here has read it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<AdviceCode>,
    /// Managers whose changes to fields of the instance are undone, and whose marks on namespaces and workloads go when
    /// these are enrolled elsewhere. Without being named here nobody is overruled.
    pub overrule: Vec<String>,
    /// The plan that was looked at: should it be another one by now, nothing is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Box<ChangePlan>>,
    /// What becomes of an operation that fails.
    pub on_failure: OnFailure,
    /// How long one object may take to become ready, or to go.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub object_timeout: Duration,
    /// How long one stage (apply, wait, prune, …) may take.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub stage_timeout: Duration,
    /// How long the whole operation may take.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub timeout: Duration,
    /// How many requests may be under way at once, and how many workloads may be made anew.
    pub concurrency: u16,
    /// The namespace that holds the inventory; it must be there before anything is installed.
    pub inventory_namespace: String,
    /// How many revisions are kept to go back to, beside the current one.
    pub revisions_kept: u16,
}

impl Default for OperationOptions {
    fn default() -> Self {
        Self {
            wait: true,
            adopt: false,
            create_namespaces: true,
            remove_data: false,
            remove_definitions: false,
            remove_finalizers: false,
            replace: false,
            rehearse: false,
            accept: Vec::new(),
            overrule: Vec::new(),
            expected: None,
            on_failure: OnFailure::default(),
            object_timeout: Duration::from_secs(5 * 60),
            stage_timeout: Duration::from_secs(10 * 60),
            timeout: Duration::from_secs(15 * 60),
            concurrency: 16,
            inventory_namespace: "kube-system".into(),
            revisions_kept: 5,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What becomes of an operation that fails. Whatever it is, the next call goes on from there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// Everything stays as it is, to be looked at.
    #[default]
    Keep,
    /// Back to the last revision that was good; removed where there was none.
    RollBack,
}
