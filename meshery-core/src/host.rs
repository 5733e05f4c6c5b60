//! [`MeshHost`]: the one engine that observes, carries plans out, proves and undoes them.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::comparison::Propagation;
use crate::context::Context;
use crate::error::Result;
use crate::plan::{CheckOutcome, Plan, Role};
use crate::provider::{MeshInfo, MeshSpec};

/// A place where meshes run: this machine, or a cluster. It knows its providers and is the only one who acts.
///
/// ```
/// use meshery_core::{Context, MeshHost, MeshSpec, Result};
///
/// async fn try_out(host: &dyn MeshHost) -> Result<()> {
///     let context = Context::default();
///     let mesh = host.install(&MeshSpec::new("envoy", "127.0.0.1:8080"), &context).await?;
///     let outcomes = host.verify(&mesh, &context).await?;
///     assert!(outcomes.iter().all(|outcome| outcome.passed));
///     host.uninstall(&mesh).await
/// }
/// ```
#[async_trait]
pub trait MeshHost: Send + Sync {
    /// The meshes it can install, sorted by name.
    fn meshes(&self) -> Vec<MeshInfo>;

    /// What [`install`](Self::install) would do. Changes nothing.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an unknown mesh or setting,
    /// [`ProgramMissing`](crate::ErrorKind::ProgramMissing) and
    /// [`VersionUnsupported`](crate::ErrorKind::VersionUnsupported) for what the host lacks.
    async fn plan(&self, spec: &MeshSpec) -> Result<Plan>;

    /// Installs a mesh. When it fails or is cancelled, what it had done is undone first.
    ///
    /// # Errors
    /// Those of [`plan`](Self::plan), and [`ProcessDied`](crate::ErrorKind::ProcessDied),
    /// [`PortInUse`](crate::ErrorKind::PortInUse), [`Timeout`](crate::ErrorKind::Timeout) with the process's last words.
    async fn install(&self, spec: &MeshSpec, context: &Context) -> Result<Installation>;

    /// Proves that an installed mesh does what it promises. A check that fails is an outcome, not an error.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an installation that is not on this host, and what kept a
    /// check from being made at all.
    async fn verify(&self, mesh: &Installation, context: &Context) -> Result<Vec<CheckOutcome>>;

    /// Changes the configuration of an installed mesh so many times, one change after the other, and measures for each how
    /// long it takes from the moment it is written until a request is served by it. `None` for a mesh whose configuration
    /// does not change while it runs.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an installation that is not on this host, and what kept a
    /// change from being made. One that does not arrive is counted, and no error.
    async fn propagation(
        &self,
        _mesh: &Installation,
        _changes: u32,
        _context: &Context,
    ) -> Result<Option<Propagation>> {
        Ok(None)
    }

    /// How the processes of an installation are now, with the version each says it is.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an installation that is not on this host.
    async fn status(&self, mesh: &Installation) -> Result<Vec<ProcessStatus>>;

    /// Removes a mesh: afterwards no process, file or port of it is left. Removing it twice is not an error.
    ///
    /// # Errors
    /// What could not be removed.
    async fn uninstall(&self, mesh: &Installation) -> Result<()>;

    /// Starts the built-in upstream: a process of its own that answers every HTTP request with 200 bytes. Removed by
    /// [`uninstall`](Self::uninstall).
    ///
    /// # Errors
    /// As [`install`](Self::install).
    async fn start_upstream(&self, context: &Context) -> Result<Installation>;
}

/// A mesh that is installed, as plain data.
///
/// ```
/// use meshery_core::{Installation, MeshSpec};
///
/// let spec = MeshSpec::new("none", "127.0.0.1:8080");
/// let mesh = Installation { id: 1, spec, entry: "127.0.0.1:8080".into(), processes: vec![] };
/// assert_eq!(mesh.url("/"), "http://127.0.0.1:8080/");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Installation {
    /// Its number on the host.
    pub id: u64,
    /// What was wanted.
    pub spec: MeshSpec,
    /// Where a client of the mesh connects to, `HOST:PORT`.
    pub entry: String,
    /// The processes that run for it.
    pub processes: Vec<ProcessRef>,
}

impl Installation {
    /// The URL of a path behind the mesh, for a client of the mesh.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.entry)
    }
}

/// A process that runs for a mesh.
///
/// ```
/// use meshery_core::host::ProcessRef;
/// use meshery_core::plan::Role;
///
/// let proxy = ProcessRef { name: "client".into(), role: Role::Proxy, pid: 4711, version: Some("1.40.0".into()) };
/// assert_eq!(proxy.name, "client");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessRef {
    /// Its name in the plan.
    pub name: String,
    /// What it is there for.
    pub role: Role,
    /// Its process id.
    pub pid: u32,
    /// The version that the running process says it is.
    pub version: Option<String>,
}

/// How a process is now.
///
/// ```
/// use meshery_core::host::ProcessStatus;
///
/// let status = ProcessStatus { name: "client".into(), running: false, version: None, last_words: "bad config".into() };
/// assert!(!status.running);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessStatus {
    /// Its name in the plan.
    pub name: String,
    /// Whether it runs.
    pub running: bool,
    /// The version it says it is; `None` when it does not answer.
    pub version: Option<String>,
    /// The end of its log.
    pub last_words: String,
}
