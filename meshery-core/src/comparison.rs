//! Comparisons: arms under the same load in interleaved blocks, and verdicts over whole runs.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorReport, Result};
use crate::histogram::Latencies;
use crate::host::Installation;
use crate::load::{Stop, Tool};
use crate::measurement::{Measurement, Reason};
use crate::pace::Pace;
use crate::plan::{CheckOutcome, Role};
use crate::provider::MeshId;
use crate::units::{Rate, duration, duration_schema};

/// The version of the result format; a reader refuses a higher one.
pub const FORMAT: u32 = 1;

/// What to compare. The first arm is the baseline.
///
/// ```
/// use meshery_core::ComparisonSpec;
///
/// let spec: ComparisonSpec = serde_json::from_str(
///     r#"{ "arms": [ { "name": "none", "mesh": "none" }, { "name": "envoy", "mesh": "envoy" } ], "rounds": 10 }"#,
/// ).unwrap();
/// spec.check().unwrap();
/// assert_eq!(spec.arms[1].name, "envoy");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ComparisonSpec {
    /// What is compared; the first is the baseline.
    pub arms: Vec<ArmSpec>,
    /// Blocks; each holds one run of every arm in a random order.
    pub rounds: u32,
    /// The seed of that order. `None`: one is drawn and reported.
    pub seed: Option<u64>,
    /// The application under load, `HOST:PORT`. `None`: a built-in one is started as a process of its own.
    pub upstream: Option<String>,
    /// The path that is requested.
    pub path: String,
    /// The load of every run.
    pub load: RunLoad,
    /// How verdicts are reached.
    pub judge: Judge,
}

/// The load of a run: a [`LoadSpec`](crate::LoadSpec) without its target, which the arm decides.
///
/// ```
/// let load = meshery_core::comparison::RunLoad::default();
/// assert_eq!(load.pace.rate().unwrap().to_string(), "2000/s");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RunLoad {
    /// When requests are sent.
    pub pace: Pace,
    /// When the measured window ends.
    pub stop: Stop,
    /// Load before the window.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub warm_up: Duration,
    /// Connections.
    pub connections: u32,
    /// Load threads.
    pub threads: u32,
    /// How long a request may take.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub timeout: Duration,
}

/// One arm of a comparison.
///
/// ```
/// let arm = meshery_core::ArmSpec::new("envoy-mtls", "envoy").with_mtls();
/// assert!(arm.mtls);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ArmSpec {
    /// Its name in reports, unique.
    pub name: String,
    /// The mesh.
    pub mesh: MeshId,
    /// Mutual TLS between the proxies.
    #[serde(default)]
    pub mtls: bool,
    /// What only this mesh understands.
    #[serde(default)]
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Whether this arm is the A/A control: the baseline a second time. A difference seen here is one that the setup
    /// makes, not a mesh.
    #[serde(default)]
    pub control: bool,
}

impl ArmSpec {
    /// An arm with the mesh's defaults.
    pub fn new(name: impl Into<String>, mesh: &str) -> Self {
        Self { name: name.into(), mesh: mesh.into(), mtls: false, settings: serde_json::Map::new(), control: false }
    }

    /// With mutual TLS.
    #[must_use]
    pub fn with_mtls(self) -> Self {
        Self { mtls: true, ..self }
    }

    /// As the A/A control.
    #[must_use]
    pub fn as_control(self) -> Self {
        Self { control: true, ..self }
    }
}

/// How verdicts are reached.
///
/// ```
/// let judge = meshery_core::comparison::Judge::default();
/// assert_eq!((judge.alpha, judge.min_runs), (0.05, 5));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Judge {
    /// The error rate of verdicts after correction for their number, 0..1.
    pub alpha: f64,
    /// Fewer valid pairs of runs than this, and every verdict is inconclusive. At least 5.
    pub min_runs: u32,
    /// Differences in latency below this are negligible whatever their percentage.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub latency_floor: Duration,
}

impl Default for ComparisonSpec {
    fn default() -> Self {
        Self {
            arms: vec![
                ArmSpec::new("none", "none"),
                ArmSpec::new("none-again", "none").as_control(),
                ArmSpec::new("envoy", "envoy"),
                ArmSpec::new("envoy-mtls", "envoy").with_mtls(),
            ],
            rounds: 10,
            seed: None,
            upstream: None,
            path: "/".into(),
            load: RunLoad::default(),
            judge: Judge::default(),
        }
    }
}

impl Default for RunLoad {
    fn default() -> Self {
        Self {
            pace: Rate::per_second(2000.0).map_or(Pace::Closed, Pace::Constant),
            stop: Stop::Duration(Duration::from_secs(5)),
            warm_up: Duration::from_secs(1),
            connections: 16,
            threads: 1,
            timeout: Duration::from_secs(5),
        }
    }
}

impl Default for Judge {
    fn default() -> Self {
        Self { alpha: 0.05, min_runs: 5, latency_floor: Duration::from_micros(100) }
    }
}

impl ComparisonSpec {
    /// Refuses what cannot be compared, naming the field.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) with the field as its place.
    pub fn check(&self) -> Result<()> {
        if self.arms.len() < 2 {
            let found = self.arms.len().to_string();
            return Err(Error::invalid("arms", "nothing to compare").expected("at least two arms").found(found));
        }
        for (index, arm) in self.arms.iter().enumerate() {
            if self.arms[..index].iter().any(|other| other.name == arm.name) {
                let place = format!("arms[{index}].name");
                return Err(Error::invalid(place, "two arms have the same name").found(&arm.name));
            }
        }
        if let Some(index) = self.arms.iter().position(|arm| arm.control) {
            let (arm, baseline) = (&self.arms[index], &self.arms[0]);
            let same = (&arm.mesh, arm.mtls, &arm.settings) == (&baseline.mesh, baseline.mtls, &baseline.settings);
            if index == 0 || !same {
                return Err(Error::invalid(format!("arms[{index}].control"), "not a control")
                    .expected("a second arm with the mesh, mtls and settings of the first"));
            }
        }
        if self.rounds == 0 {
            return Err(Error::invalid("rounds", "out of range").expected("at least 1").found("0"));
        }
        if !(self.judge.alpha > 0.0 && self.judge.alpha < 0.5) {
            let found = self.judge.alpha.to_string();
            return Err(Error::invalid("judge.alpha", "out of range").expected("above 0, below 0.5").found(found));
        }
        if self.judge.min_runs < 5 {
            let found = self.judge.min_runs.to_string();
            return Err(Error::invalid("judge.min_runs", "out of range").expected("at least 5").found(found));
        }
        if !self.path.starts_with('/') {
            return Err(Error::invalid("path", "not a path").expected("text that begins with /").found(&self.path));
        }
        Ok(())
    }
}

/// A verdict on one metric of one arm against the baseline.
///
/// ```
/// assert_eq!(meshery_core::Verdict::Equivalent.to_string(), "equivalent");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better, beyond chance and not within the margin.
    Improved,
    /// Worse, beyond chance and not within the margin.
    Regressed,
    /// The 90 % interval of the difference lies within the margin (two one-sided tests).
    Equivalent,
    /// Neither a difference nor its absence is shown; see [`Effect::detectable`].
    Inconclusive,
    /// The runs cannot be trusted.
    Invalid,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Improved => "improved",
            Self::Regressed => "regressed",
            Self::Equivalent => "equivalent",
            Self::Inconclusive => "inconclusive",
            Self::Invalid => "invalid",
        })
    }
}

/// What a metric's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unit {
    /// Nanoseconds.
    Nanoseconds,
    /// Nanoseconds of processor time for one request; the same number is microseconds for 1,000 requests.
    NanosecondsPerRequest,
    /// Events per second.
    PerSecond,
    /// Bytes.
    Bytes,
    /// A share, 0..=1.
    Share,
}

/// On which scale a metric is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// By the ratio to the baseline: intervals and margins are relative changes (0.1 is +10 %).
    Relative,
    /// By the difference to the baseline, in the metric's unit.
    Absolute,
}

/// A two-sided interval.
///
/// ```
/// let interval = meshery_core::comparison::Interval { low: -0.01, high: 0.02 };
/// assert!(interval.contains(0.0) && interval.within(0.03));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Whether the value lies in it.
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether it lies between `-margin` and `margin`.
    pub fn within(self, margin: f64) -> bool {
        -margin < self.low && self.high < margin
    }
}

/// One metric of one arm against the baseline, with the verdict and all that it rests on.
///
/// ```
/// use meshery_core::{Comparison, Verdict};
///
/// fn regressions(comparison: &Comparison) -> Vec<String> {
///     let worse = comparison.effects.iter().filter(|effect| effect.verdict == Verdict::Regressed);
///     worse.map(|effect| format!("{}: {}", effect.arm, effect.metric)).collect()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// The arm.
    pub arm: String,
    /// The arm it is compared with.
    pub baseline: String,
    /// The metric: `latency.p50`, `latency.p90`, `latency.p99`, `latency.p99.9`, `throughput`, `errors`,
    /// `cpu_per_1000_requests` or `memory`; the last two also per proxy, as `memory/client`.
    pub metric: String,
    /// The unit of the values.
    pub unit: Unit,
    /// Whether the difference is relative or absolute.
    pub scale: Scale,
    /// Pairs of runs that went into it.
    pub runs: u32,
    /// The baseline's value over all runs (geometric mean on the relative scale, mean on the absolute one).
    pub baseline_value: Option<f64>,
    /// The arm's value over all runs.
    pub arm_value: Option<f64>,
    /// The difference: a relative change, or a difference in the unit.
    pub difference: Option<f64>,
    /// Its 95 % interval.
    pub ci95: Option<Interval>,
    /// Its 90 % interval, which decides equivalence.
    pub ci90: Option<Interval>,
    /// The test that gave `p`.
    pub method: String,
    /// The two-sided p-value.
    pub p: Option<f64>,
    /// The p-value corrected for the number of comparisons in its family.
    pub p_adjusted: Option<f64>,
    /// Comparisons in the family.
    pub family: u32,
    /// Differences within ± this are negligible; same scale as `difference`.
    pub margin: f64,
    /// The smallest difference that these runs would have shown in four cases out of five.
    pub detectable: Option<f64>,
    /// So many runs an arm, as noisy as these, would settle it in four cases out of five: by showing a difference of the
    /// margin, or that there is none. `None` when nothing varies.
    #[serde(default)]
    pub runs_needed: Option<u32>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why the verdict is no better, and what to know when reading it.
    pub reasons: Vec<Reason>,
}

/// What a process used during a load window.
///
/// ```
/// use meshery_core::comparison::ProcessUse;
/// use meshery_core::plan::Role;
/// use std::time::Duration;
///
/// let used = ProcessUse {
///     name: "client".into(),
///     role: Role::Proxy,
///     cpu: Duration::from_millis(300),
///     memory_bytes: 50 << 20,
///     peak_memory_bytes: 52 << 20,
/// };
/// assert_eq!(serde_json::to_value(&used).unwrap()["cpu"], "300ms");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessUse {
    /// The process's name in its plan.
    pub name: String,
    /// What it is there for.
    pub role: Role,
    /// Processor time, user and system, within the window.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub cpu: Duration,
    /// Resident memory at the end of the window.
    pub memory_bytes: u64,
    /// The highest resident memory of the process so far.
    pub peak_memory_bytes: u64,
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_spine_of_the_product() {
        let spec = ComparisonSpec::default();
        spec.check().unwrap();
        assert_eq!(serde_json::from_str::<ComparisonSpec>("{}").unwrap(), spec);
    }

    #[test]
    fn a_control_must_be_the_baseline_again() {
        let mut spec = ComparisonSpec::default();
        spec.arms[1].mtls = true;
        assert_eq!(spec.check().unwrap_err().report().place.as_deref(), Some("arms[1].control"));
    }

    #[test]
    fn mistakes_name_their_place() {
        let base = ComparisonSpec::default();
        let twice = vec![ArmSpec::new("a", "none"), ArmSpec::new("a", "none")];
        for (spec, place) in [
            (ComparisonSpec { arms: vec![], ..base.clone() }, "arms"),
            (ComparisonSpec { arms: twice, ..base.clone() }, "arms[1].name"),
            (ComparisonSpec { rounds: 0, ..base.clone() }, "rounds"),
            (ComparisonSpec { path: "x".into(), ..base.clone() }, "path"),
        ] {
            assert_eq!(spec.check().unwrap_err().report().place.as_deref(), Some(place));
        }
    }
}
