//! Plans: ordered steps as data, which a provider writes and the one engine carries out.
//!
//! A plan is complete before anything happens, so it can be shown, compared and tested without a host. What is only
//! known while it runs stands in it as a reference:
//!
//! | text in a plan | becomes |
//! |---|---|
//! | `${port:NAME}` | the port reserved by the step [`Action::ReservePort`] of that name |
//! | `${document:NAME}` | the text of that document (a certificate, a key); in the environment of a process only |
//! | `${config}` | the process's own configuration, as one line of JSON |
//!
//! A JSON string in a configuration that is nothing but a `${port:NAME}` becomes a number.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::provider::MeshId;

/// Ordered steps from what is seen to what is wanted, and where the load enters afterwards.
///
/// ```
/// use meshery_core::Plan;
///
/// let plan = Plan::new("none".into(), "127.0.0.1:8080");
/// assert!(plan.steps.is_empty(), "no mesh, nothing to do");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Whose plan this is.
    pub mesh: MeshId,
    /// What to do, in order. Undoing goes backwards.
    pub steps: Vec<Step>,
    /// Where a client of the mesh connects to: `HOST:PORT`, may hold a `${port:NAME}`.
    pub entry: String,
}

impl Plan {
    /// A plan without steps.
    pub fn new(mesh: MeshId, entry: impl Into<String>) -> Self {
        Self { mesh, steps: Vec::new(), entry: entry.into() }
    }

    /// Adds a step.
    pub fn push(&mut self, title: impl Into<String>, action: Action) {
        self.steps.push(Step { title: title.into(), action });
    }
}

/// One step of a plan.
///
/// ```
/// use meshery_core::{Action, Step};
///
/// let step = Step { title: "reserve a port".into(), action: Action::ReservePort { name: "admin".into() } };
/// assert_eq!(serde_json::to_value(&step).unwrap()["action"], "reserve_port");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What the step does, for people.
    pub title: String,
    /// What the step does, for the engine.
    #[serde(flatten)]
    pub action: Action,
}

/// What a step does. Each has an inverse that the engine knows.
///
/// ```
/// let action = meshery_core::Action::StopProcess { process: "client".into() };
/// assert_eq!(serde_json::to_value(&action).unwrap()["process"], "client");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Takes a free loopback port.
    ReservePort {
        /// Its name in `${port:NAME}`.
        name: String,
    },
    /// Issues a certificate from the installation's own authority. Yields `${document:NAME.crt}`,
    /// `${document:NAME.key}` and `${document:ca.crt}`.
    IssueIdentity {
        /// Its name in `${document:NAME.crt}`.
        name: String,
        /// The URI subject alternative name, for example `spiffe://mesh.local/ns/default/sa/client`.
        spiffe_id: String,
    },
    /// Starts a program and waits until it is ready.
    StartProcess(Box<Process>),
    /// Ends a process that an earlier plan started.
    StopProcess {
        /// Its name.
        process: String,
    },
}

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

/// Where a running process says its version: a JSON document over HTTP.
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
    /// The JSON Pointer (RFC 6901) to the version's text.
    pub pointer: String,
}

/// Something that must be true of an installed mesh, and how to find out.
///
/// ```
/// use meshery_core::{Check, Probe};
///
/// let check = Check::new("request_passes", "A request passes through the mesh", Probe::Answers);
/// assert_eq!(check.name, "request_passes");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// A stable name.
    pub name: String,
    /// The sentence that is true when the check passes.
    pub claim: String,
    /// How to find out.
    pub probe: Probe,
}

impl Check {
    /// A check.
    pub fn new(name: impl Into<String>, claim: impl Into<String>, probe: Probe) -> Self {
        Self { name: name.into(), claim: claim.into(), probe }
    }
}

/// How to find out whether a check holds. Each probe comes with its own positive control where a mere failure could be
/// mistaken for a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "probe", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Probe {
    /// A request at the entry of the mesh is answered with a status below 400.
    Answers,
    /// The bytes between a twin of `process` and `port` are read off the wire: with `encrypted`, they are TLS and the
    /// request's secret marker is not in them; without, the marker is there in clear.
    Wire {
        /// The process whose twin is started, with the same configuration on fresh ports.
        process: String,
        /// The port it talks to.
        port: String,
        /// What the bytes must be.
        encrypted: bool,
    },
    /// A client that presents `client` at the TLS port is answered if `admitted`, and refused otherwise.
    Identity {
        /// The TLS port.
        port: String,
        /// Who knocks.
        client: Caller,
        /// Whether it must get in.
        admitted: bool,
    },
    /// A server in place of the real one, that shows the certificate of `server` at the port a process talks to, is
    /// believed if `trusted`, and not otherwise.
    Impostor {
        /// The process whose twin is started, with the same configuration on fresh ports.
        process: String,
        /// The port it talks to; the real server's identity has the name of the process that the port belongs to.
        port: String,
        /// Whose certificate the server shows.
        server: Caller,
        /// Whether it must be believed.
        trusted: bool,
    },
}

/// Who shows himself at a port during a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "caller", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Caller {
    /// Plain text, no TLS at all.
    Plaintext,
    /// TLS without a client certificate.
    Anonymous,
    /// TLS with an identity that the plan issued.
    Known {
        /// The identity's name.
        identity: String,
    },
    /// TLS with this SPIFFE ID from the installation's own authority.
    Named {
        /// The URI subject alternative name.
        spiffe_id: String,
    },
    /// TLS with this SPIFFE ID from an authority that the mesh has never seen.
    Forged {
        /// The URI subject alternative name.
        spiffe_id: String,
    },
}

/// What a check found: an outcome is a value, not an error.
///
/// ```
/// use meshery_core::CheckOutcome;
///
/// let outcome = CheckOutcome {
///     name: "request_passes".into(),
///     claim: "A request passes through the mesh".into(),
///     passed: true,
///     evidence: "200 OK in 1.2ms".into(),
/// };
/// assert!(outcome.passed);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckOutcome {
    /// The check's name.
    pub name: String,
    /// The sentence that is true when the check passes.
    pub claim: String,
    /// Whether it did.
    pub passed: bool,
    /// What was seen.
    pub evidence: String,
}
