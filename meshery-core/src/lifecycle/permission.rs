//! What an operation must be allowed to do.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

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

/// The roles that grant these permissions, and no more: a ClusterRole, and a Role for each namespace.
///
/// ```
/// use meshery_core::lifecycle::{Permission, roles};
///
/// let verbs = ["list".into(), "watch".into()].into();
/// let permission =
///     Permission { group: String::new(), resource: "services".into(), namespace: Some("shop".into()), names: [].into(), verbs };
/// let roles = roles("meshery-shop", &[permission]);
/// assert_eq!((&roles[0]["kind"], &roles[0]["rules"][0]["verbs"][1]), (&"Role".into(), &"watch".into()));
/// ```
pub fn roles(name: &str, permissions: &[Permission]) -> Vec<Value> {
    let mut places: BTreeMap<Option<&str>, Vec<Value>> = BTreeMap::new();
    for permission in permissions {
        let Permission { group, resource, names, verbs, .. } = permission;
        let mut rule = json!({ "apiGroups": [group], "resources": [resource], "verbs": verbs });
        if !names.is_empty() {
            rule["resourceNames"] = json!(names);
        }
        places.entry(permission.namespace.as_deref()).or_default().push(rule);
    }
    let role = |(namespace, rules): (Option<&str>, Vec<Value>)| {
        let kind = if namespace.is_some() { "Role" } else { "ClusterRole" };
        let mut metadata = json!({ "name": name });
        if let Some(namespace) = namespace {
            metadata["namespace"] = namespace.into();
        }
        json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": rules })
    };
    places.into_iter().map(role).collect()
}
