//! What was measured.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ArmSpec, ComparisonSpec, Effect, ProcessUse, Propagation};
use crate::error::ErrorReport;
use crate::histogram::Latencies;
use crate::host::Installation;
use crate::load::Tool;
use crate::measurement::{Measurement, Reason};
use crate::plan::CheckOutcome;
use crate::units::{duration, duration_schema};

/// The version of the result format; a reader refuses a higher one.
pub const FORMAT: u32 = 1;

/// One run: fresh proxies, one load.
///
/// ```
/// fn trusted(run: &meshery_core::comparison::Run) -> bool {
///     run.error.is_none() && run.measurement.as_ref().is_some_and(|m| m.validity.is_valid())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The block, from 1.
    pub block: u32,
    /// The place in the order of all runs, from 1.
    pub order: u32,
    /// What the load test found; `None` when it could not be made.
    pub measurement: Option<Measurement>,
    /// What each process of the mesh, and the upstream, used in the window.
    pub processes: Vec<ProcessUse>,
    /// How long changes of configuration took to reach the proxies; `None` where nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub propagation: Option<Propagation>,
    /// What kept the run from being made or finished.
    pub error: Option<ErrorReport>,
}

/// An arm and its runs.
///
/// ```
/// fn is_mesh(arm: &meshery_core::comparison::Arm) -> bool {
///     !arm.versions.is_empty()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// What was asked for.
    pub spec: ArmSpec,
    /// The version each process says it is, by process.
    pub versions: BTreeMap<String, String>,
    /// What was proven of the mesh before its first run.
    pub checks: Vec<CheckOutcome>,
    /// Its runs, by block.
    pub runs: Vec<Run>,
    /// The response times of all its valid runs together: for a picture, not for a verdict.
    pub pooled: Latencies,
}

impl Arm {
    /// An arm without runs.
    pub fn new(spec: ArmSpec) -> Self {
        Self { spec, versions: BTreeMap::new(), checks: Vec::new(), runs: Vec::new(), pooled: Latencies::new() }
    }
}

/// Where a comparison ran.
///
/// ```
/// let environment = meshery_core::comparison::Environment::default();
/// assert_eq!(environment.cores, 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Operating system and architecture, for example `linux x86_64`.
    pub platform: String,
    /// The kernel's release.
    pub kernel: String,
    /// The processor's name.
    pub processor: String,
    /// Processors that this process may use.
    pub cores: u32,
    /// Memory of the machine.
    pub memory_bytes: u64,
}

/// How a comparison ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "ended", rename_all = "snake_case")]
#[non_exhaustive]
pub enum End {
    /// All planned runs were made.
    Complete,
    /// The budget of time was spent.
    OutOfTime,
    /// It was stopped; the runs made so far are here.
    Stopped {
        /// Why.
        error: ErrorReport,
    },
}

/// The result of a comparison: everything measured, every verdict, and what is needed to do it again.
///
/// ```
/// use meshery_core::Comparison;
///
/// fn read(text: &str) -> meshery_core::Result<Comparison> {
///     Ok(serde_json::from_str(text)?)
/// }
/// assert!(read("{}").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The version of this format, see [`FORMAT`].
    pub format: u32,
    /// The tool that made the load.
    pub tool: Tool,
    /// What was asked for.
    pub spec: ComparisonSpec,
    /// The seed of the order of runs.
    pub seed: u64,
    /// When it began, in nanoseconds since the Unix epoch.
    pub started_unix_ns: u64,
    /// How long it took.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub took: Duration,
    /// Where it ran.
    pub environment: Environment,
    /// The upstream, when it is the built-in one.
    pub upstream: Option<Installation>,
    /// The arms, in the order of the specification.
    pub arms: Vec<Arm>,
    /// Every verdict, by arm and metric.
    pub effects: Vec<Effect>,
    /// What to know about the whole.
    pub warnings: Vec<Reason>,
    /// How it ended.
    pub end: End,
}

impl Comparison {
    /// The effect of an arm on a metric.
    pub fn effect(&self, arm: &str, metric: &str) -> Option<&Effect> {
        self.effects.iter().find(|effect| effect.arm == arm && effect.metric == metric)
    }
}
