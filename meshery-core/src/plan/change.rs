//! Changes of configuration at run time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A change of a mesh's configuration while it runs, whose arrival at a proxy a request at the entry shows.
///
/// ```
/// use meshery_core::plan::ConfigChange;
///
/// let change = ConfigChange {
///     cluster: "kubernetes".into(),
///     object: serde_json::json!({
///         "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "greeting" }, "data": { "text": "${change}" },
///     }),
///     header: "x-greeting".into(),
/// };
/// assert!(change.object.to_string().contains("${change}"));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigChange {
    /// The control plane that is told.
    pub cluster: String,
    /// An object of its own that is applied for each change, with another text for `${change}` each time, and removed
    /// afterwards.
    pub object: Value,
    /// The header of an answer that has this text once the proxies go by it.
    pub header: String,
}
