//! What an operation must be allowed to do.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Verbs on objects of one resource, as RBAC has them.
///
/// ```
/// use meshery_core::lifecycle::Permission;
///
/// let permission = Permission {
///     group: "apps".into(),
///     resource: "deployments".into(),
///     namespace: Some("istio-system".into()),
///     names: ["istiod".into()].into(),
///     verbs: ["create".into(), "patch".into()].into(),
/// };
/// assert_eq!(permission.to_string(), "create, patch deployments.apps in istio-system: istiod");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// The API group, empty for the core group.
    pub group: String,
    /// The resource, as paths name it.
    pub resource: String,
    /// The namespace; `None` for all namespaces, and for what stands beside them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The objects; none for a whole collection, whose requests name no object.
    #[serde(default)]
    pub names: BTreeSet<String>,
    /// What is done to them.
    pub verbs: BTreeSet<String>,
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verbs: Vec<_> = self.verbs.iter().map(String::as_str).collect();
        write!(f, "{} {}", verbs.join(", "), self.resource)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        if let Some(namespace) = &self.namespace {
            write!(f, " in {namespace}")?;
        }
        if self.names.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = self.names.iter().map(String::as_str).collect();
        write!(f, ": {}", names.join(", "))
    }
}
