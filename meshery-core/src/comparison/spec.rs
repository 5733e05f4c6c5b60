//! What to compare.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Telemetry;
use crate::error::{Error, Result};
use crate::load::{LoadSpec, Stop, Weighted};
use crate::pace::Pace;
use crate::provider::MeshId;
use crate::response_check::ResponseCheck;
use crate::units::{Rate, duration, duration_schema};

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
    /// What else is looked at, besides the processes of this machine. `None`: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<Telemetry>,
}

/// The load of a run: a [`LoadSpec`] without its target, which the arm decides.
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
    /// The protocol's name.
    pub protocol: String,
    /// Requests at a time on a connection, where the protocol can.
    pub streams: u32,
    /// What a request says, in the words of the protocol.
    pub request: serde_json::Value,
    /// Several requests instead, by weight.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mix: Vec<Weighted>,
    /// What an answer must be like.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<ResponseCheck>,
}

impl RunLoad {
    /// This load on a target.
    pub fn on(&self, target: impl Into<String>) -> LoadSpec {
        LoadSpec {
            pace: self.pace.clone(),
            stop: self.stop.clone(),
            warm_up: self.warm_up,
            connections: self.connections,
            threads: self.threads,
            timeout: self.timeout,
            protocol: self.protocol.clone(),
            streams: self.streams,
            request: self.request.clone(),
            mix: self.mix.clone(),
            checks: self.checks.clone(),
            ..LoadSpec::new(target)
        }
    }
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
            telemetry: None,
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
            protocol: LoadSpec::default_protocol(),
            streams: LoadSpec::default_streams(),
            request: LoadSpec::default_request(),
            mix: Vec::new(),
            checks: Vec::new(),
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
        self.telemetry.as_ref().map_or(Ok(()), |telemetry| telemetry.check().map_err(|error| error.at("telemetry")))
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
