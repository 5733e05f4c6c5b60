//! What a plan starts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A process of a plan.
///
/// ```
/// use meshery_core::plan::{HttpGet, Process, Role};
///
/// let process = Process {
///     name: "client".into(),
///     role: Role::Proxy,
///     program: "envoy".into(),
///     args: vec!["--config-yaml".into(), "${config}".into()],
///     env: [("CA".into(), "${document:ca.crt}".into())].into(),
///     folder: None,
///     config: serde_json::json!({}),
///     ready: HttpGet { port: "client.admin".into(), path: "/ready".into() },
///     version: None,
/// };
/// assert_eq!(process.name, "client");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Its name, unique in the plan.
    pub name: String,
    /// What it is there for.
    pub role: Role,
    /// The program's name, as in [`Observed::programs`](crate::Observed).
    pub program: String,
    /// Its arguments; may hold references, but not to documents: every user of the machine can read arguments.
    pub args: Vec<String>,
    /// What is added to its environment, which only its own user can read; may hold references.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The folder of the plan that it runs in; without one, that of the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Its configuration; may hold references as the arguments may.
    pub config: serde_json::Value,
    /// Answers 200 when the process is ready.
    pub ready: HttpGet,
    /// Where the running process says its version.
    pub version: Option<VersionSource>,
}

/// What a process is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// A data-plane proxy: its processor time and memory are the mesh's overhead.
    Proxy,
    /// A control plane: overhead as well, reported apart.
    ControlPlane,
    /// A whole machine that others run on: reported apart, for it holds the processes of a mesh and much else.
    Node,
    /// What the mesh's control plane needs to run at all and a cluster has anyway, such as the API server: seen, and no
    /// overhead of the mesh.
    Platform,
    /// The application under load.
    Workload,
}

/// An HTTP GET on a port of the plan.
///
/// ```
/// let get = meshery_core::plan::HttpGet { port: "client.admin".into(), path: "/ready".into() };
/// assert!(get.path.starts_with('/'));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpGet {
    /// The port's name.
    pub port: String,
    /// The path, from `/`.
    pub path: String,
}

/// Where a running process says its version: a document over HTTP.
///
/// ```
/// use meshery_core::plan::{HttpGet, VersionSource};
///
/// let source = VersionSource {
///     get: HttpGet { port: "client.admin".into(), path: "/server_info".into() },
///     pointer: "/version".into(),
/// };
/// assert_eq!(source.pointer, "/version");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionSource {
    /// The document.
    pub get: HttpGet,
    /// The JSON Pointer (RFC 6901) to the version's text; empty when the document is nothing but that text.
    pub pointer: String,
}
