//! A control plane for tests and for trying things out: what is asked of it, and what it tells of itself.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::{duration, duration_schema};

/// What is asked of a control plane when it is started.
///
/// ```
/// use meshery_core::ControlPlaneSpec;
///
/// let spec: ControlPlaneSpec = serde_json::from_str(r#"{ "nodes": [{ "name": "a" }, { "name": "b" }] }"#).unwrap();
/// assert_eq!(spec.nodes[1].name, "b");
/// assert_eq!(spec.start_timeout.as_secs(), 60);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ControlPlaneSpec {
    /// The folder that holds `etcd`, `kube-apiserver`, `kube-controller-manager` and `kube-scheduler`. Without one they
    /// are looked for in `KUBEBUILDER_ASSETS`, in `MESHERY_TESTBED/bin`, in what `cargo xtask testbed` has built, and in
    /// `PATH`.
    pub programs: Option<String>,
    /// The nodes that there are from the beginning.
    pub nodes: Vec<NodeSpec>,
    /// How long each server may take until it is ready.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub start_timeout: Duration,
}

impl Default for ControlPlaneSpec {
    fn default() -> Self {
        Self { programs: None, nodes: vec![NodeSpec::default()], start_timeout: Duration::from_secs(60) }
    }
}

/// A node that runs nothing, as it is when it joins.
///
/// ```
/// use meshery_core::control_plane::NodeSpec;
///
/// let node = NodeSpec { name: "node-2".into(), ..NodeSpec::default() };
/// assert_eq!(node.cores, 64);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NodeSpec {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// How many cores it says it has.
    pub cores: u32,
    /// How much memory it says it has, in bytes.
    pub memory: u64,
}

impl Default for NodeSpec {
    fn default() -> Self {
        Self { name: "node-1".into(), labels: BTreeMap::new(), cores: 64, memory: 256 << 30 }
    }
}

/// What becomes of pods.
///
/// ```
/// use meshery_core::control_plane::PodFate;
///
/// let fate: PodFate = serde_json::from_str(r#"{ "slow": "2s" }"#).unwrap();
/// assert_eq!(fate, PodFate::Slow(std::time::Duration::from_secs(2)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PodFate {
    /// Ready at once; the pod of a Job succeeds at once.
    #[default]
    Ready,
    /// Ready after a while.
    Slow(
        #[serde(with = "duration")]
        #[schemars(schema_with = "duration_schema")]
        Duration,
    ),
    /// Its containers end again and again.
    CrashLoop,
    /// Its images cannot be had.
    NoImage,
    /// It runs, and says that it is not ready.
    Unready,
    /// Nobody ever starts it.
    Ignored,
}

/// A request that an API server has answered, from its audit log.
///
/// ```
/// use meshery_core::AuditedRequest;
///
/// let request = AuditedRequest { verb: "patch".into(), uri: "/api/v1/namespaces/shop".into(), ..Default::default() };
/// assert!(request.writes());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditedRequest {
    /// What was done: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, or an HTTP
    /// method in small letters for what is no object.
    pub verb: String,
    /// Path and query.
    pub uri: String,
    /// What the client calls itself.
    pub user_agent: String,
    /// The object that it was about; empty for what is none.
    pub object: AuditedObject,
    /// The HTTP status that it was answered with.
    pub status: u16,
}

/// What an audited request was about.
///
/// ```
/// assert!(meshery_core::AuditedRequest::default().object.name.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditedObject {
    /// The kind as paths name it, for example `deployments`.
    pub resource: String,
    /// The API group, empty for the core group.
    pub api_group: String,
    /// The namespace, empty for none.
    pub namespace: String,
    /// The name, empty for a whole collection.
    pub name: String,
    /// A part of the object, for example `status`.
    pub subresource: String,
}

impl AuditedRequest {
    /// Whether it could change something: it was not a read, and not a dry run.
    pub fn writes(&self) -> bool {
        !matches!(self.verb.as_str(), "get" | "list" | "watch") && !self.uri.contains("dryRun=All")
    }
}
