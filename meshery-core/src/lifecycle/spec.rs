//! What is wanted on a cluster.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::provider::MeshId;

/// A set of objects that are installed, upgraded and removed together, under one name.
///
/// ```
/// use meshery_core::InstanceSpec;
///
/// let spec: InstanceSpec = serde_json::from_str(
///     r#"{ "name": "istio", "namespace": "istio-system", "version": "1.30.3", "sources": [{ "path": "istio.yaml" }] }"#,
/// )
/// .unwrap();
/// assert_eq!(spec.field_manager(), "meshery-istio");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstanceSpec {
    /// Its name, unique in the cluster: a DNS label of at most 40 characters.
    pub name: String,
    /// Which mesh it is, whose facts are then known: who else writes to its objects, and what it leaves behind. Without
    /// `sources`, the mesh says where its manifests come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mesh: Option<MeshId>,
    /// Which release it is, for people and for the mesh's own rules.
    #[serde(default)]
    pub version: String,
    /// Where namespaced objects go that name no namespace.
    #[serde(default = "default_namespace")]
    pub namespace: String,
    /// Where its objects come from, in order.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// What only this mesh understands, for `istio` for example `{"revision": "canary"}`.
    #[serde(default)]
    pub settings: Map<String, Value>,
}

fn default_namespace() -> String {
    "default".into()
}

/// Where objects come from.
///
/// ```
/// use meshery_core::lifecycle::Source;
///
/// let source: Source = serde_json::from_str(r#"{ "chart": { "chart": "oci://example.com/charts/istiod" } }"#).unwrap();
/// assert!(matches!(source, Source::Chart(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// A Helm chart, rendered by the `helm` executable. Helm applies and stores nothing.
    Chart(Box<ChartSource>),
    /// A folder with a `kustomization.yaml`, built by the `kustomize` or the `kubectl` executable.
    Kustomize(String),
    /// A file of Kubernetes YAML or JSON, or a folder of such files.
    Path(String),
    /// Kubernetes YAML or JSON itself.
    Text(String),
}

/// A Helm chart and what it is rendered with.
///
/// ```
/// use meshery_core::lifecycle::ChartSource;
///
/// let chart: ChartSource =
///     serde_json::from_str(r#"{ "chart": "./istiod", "values": { "pilot": { "replicaCount": 2 } } }"#).unwrap();
/// assert!(chart.digest.is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChartSource {
    /// A folder, a `.tgz`, a URL, `oci://…`, or a name in `repository`.
    pub chart: String,
    /// The URL of a chart repository.
    pub repository: Option<String>,
    /// The chart's version; needed for a repository and for OCI.
    pub version: Option<String>,
    /// The SHA-256 of the chart's archive, in hexadecimal. Anything else is then refused.
    pub digest: Option<String>,
    /// What `.Release.Name` is; the instance's name when there is none.
    pub release: Option<String>,
    /// What `.Release.Namespace` is; the instance's namespace when there is none.
    pub namespace: Option<String>,
    /// Values, over those of the chart.
    pub values: Map<String, Value>,
}

impl InstanceSpec {
    /// An instance from manifests in hand.
    pub fn new(name: impl Into<String>, namespace: impl Into<String>, sources: Vec<Source>) -> Self {
        Self {
            name: name.into(),
            mesh: None,
            version: String::new(),
            namespace: namespace.into(),
            sources,
            settings: Map::new(),
        }
    }

    /// Who owns its fields at the API server.
    pub fn field_manager(&self) -> String {
        format!("meshery-{}", self.name)
    }

    /// Whether its names can be used at all.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) with the field.
    pub fn check(&self) -> Result<()> {
        check_name("name", &self.name, 40)?;
        check_name("namespace", &self.namespace, 63)
    }
}

/// Whether it can be the name of something at this place.
pub(super) fn check_name(place: &str, text: &str, longest: usize) -> Result<()> {
    if is_label(text) && text.len() <= longest {
        return Ok(());
    }
    Err(Error::invalid(place, "not a name that Kubernetes takes")
        .expected(format!("at most {longest} small letters, digits and '-' within"))
        .found(format!("{text:?}")))
}

/// A DNS label (RFC 1123).
fn is_label(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_kubernetes_takes() {
        assert!(InstanceSpec::new("istio-1-30", "istio-system", vec![]).check().is_ok());
        for (name, namespace, place) in [
            ("", "a", "name"),
            ("Istio", "a", "name"),
            ("-a", "a", "name"),
            ("a.b", "a", "name"),
            ("a", "", "namespace"),
            (&"a".repeat(41), "a", "name"),
        ] {
            let error = InstanceSpec::new(name, namespace, vec![]).check().unwrap_err();
            assert_eq!(error.report().place.as_deref(), Some(place), "{name:?} {namespace:?}");
        }
    }
}
