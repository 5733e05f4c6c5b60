//! What a load is: pace × protocol × stop, said in data; and [`LoadTest`], whoever can make one.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::measurement::Measurement;
use crate::network::{Network, Tls};
use crate::pace::Pace;
use crate::response_check::ResponseCheck;
use crate::secrets;
pub use crate::stop::{Precision, Stop};
use crate::threshold::Thresholds;
use crate::units::{duration, duration_schema};

/// Makes a load and measures it: the native engine, or another tool behind the same result type.
///
/// The future may be awaited on any executor. Implementations do their work on threads of their own.
///
/// ```
/// use meshery_core::{Context, LoadSpec, LoadTest, Measurement};
///
/// async fn p99(tool: &dyn LoadTest, url: &str) -> meshery_core::Result<Option<std::time::Duration>> {
///     let measurement: Measurement = tool.run(&LoadSpec::new(url), &Context::default()).await?;
///     Ok(measurement.measured.response.quantile(0.99))
/// }
/// ```
#[async_trait]
pub trait LoadTest: Send + Sync {
    /// Which tool this is.
    fn tool(&self) -> Tool;

    /// Refuses a load that this tool cannot make, without making any of it: nothing is sent, and no name is resolved.
    ///
    /// # Errors
    /// As [`run`](Self::run), but for what only the target can tell.
    fn check(&self, spec: &LoadSpec) -> Result<()> {
        spec.check()
    }

    /// Makes the load until its stop rule holds or the caller cancels; a cancelled load returns what it has, marked
    /// invalid.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a specification that cannot be run, and
    /// [`Unreachable`](crate::ErrorKind::Unreachable) when no connection at all can be opened. Anything that goes wrong
    /// after the first connection is counted in the measurement, not raised.
    async fn run(&self, spec: &LoadSpec, context: &Context) -> Result<Measurement>;
}

/// A tool's name and version.
///
/// ```
/// let tool = meshery_core::load::Tool { name: "meshery".into(), version: "0.1.0".into() };
/// assert_eq!(tool.to_string(), "meshery 0.1.0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// The tool's name, for example `meshery`.
    pub name: String,
    /// The version it says it is.
    pub version: String,
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// A load, as data.
///
/// ```
/// use meshery_core::LoadSpec;
///
/// let spec: LoadSpec = serde_json::from_str(
///     r#"{ "target": "http://127.0.0.1:8080/", "pace": { "constant": "2000/s" }, "stop": { "duration": "10s" } }"#,
/// ).unwrap();
/// assert_eq!(spec.protocol, "http1");
/// spec.check().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadSpec {
    /// Where to: a URL such as `http://127.0.0.1:8080/path`.
    pub target: String,
    /// The protocol's name in the engine's registry.
    #[serde(default = "LoadSpec::default_protocol")]
    pub protocol: String,
    /// When requests are sent.
    #[serde(default)]
    pub pace: Pace,
    /// When the measured part ends.
    #[serde(default)]
    pub stop: Stop,
    /// Load before the measured part, counted apart: at the same pace, or at the rate that a changing pace begins with.
    #[serde(default = "LoadSpec::default_warm_up", with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub warm_up: Duration,
    /// Connections over all threads, opened before the first request.
    #[serde(default = "LoadSpec::default_connections")]
    pub connections: u32,
    /// Threads that share the connections and the schedule.
    #[serde(default = "LoadSpec::default_threads")]
    pub threads: u32,
    /// How long a request may take from its intended send time; also how long it may wait for a connection.
    #[serde(default = "LoadSpec::default_timeout", with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub timeout: Duration,
    /// How a thread waits for the next send time.
    #[serde(default)]
    pub wait: Wait,
    /// The seed of what is random in the load. `None`: one is drawn, and said in the measurement.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Requests at once on each connection, where the protocol can.
    #[serde(default = "LoadSpec::default_streams")]
    pub streams: u32,
    /// How connections are made.
    #[serde(default)]
    pub network: Network,
    /// How TLS is spoken, for a target whose scheme asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// The request, in the words of the protocol: for `http1` an object of `method`, `path`, `headers` and `body`.
    #[serde(default = "LoadSpec::default_request")]
    pub request: serde_json::Value,
    /// Several requests in place of one, each drawn by its weight.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mix: Vec<Weighted>,
    /// What every answer must be like. An answer that fails one is no success.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<ResponseCheck>,
    /// What the load as a whole must reach, by what it is about.
    #[serde(default, skip_serializing_if = "Thresholds::is_empty")]
    pub thresholds: Thresholds,
    /// How long the generator measures itself against an echo of its own, before the load and at the same pace, so that
    /// the measurement says what the generator adds. Zero: not at all.
    #[serde(default, with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub floor: Duration,
}

/// A request of a mix.
///
/// ```
/// use meshery_core::load::Weighted;
///
/// let request: Weighted = serde_json::from_str(r#"{ "weight": 3, "request": { "path": "/cart" } }"#).unwrap();
/// assert_eq!(request.weight, 3);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weighted {
    /// How often it is drawn, in proportion to the others' weights.
    #[serde(default = "Weighted::default_weight")]
    pub weight: u32,
    /// The request, in the words of the protocol.
    pub request: serde_json::Value,
}

impl Weighted {
    fn default_weight() -> u32 {
        1
    }
}

/// How a thread waits for the next send time: precision against processor time.
///
/// ```
/// assert_eq!(serde_json::to_string(&meshery_core::load::Wait::default()).unwrap(), r#""hybrid""#);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Wait {
    /// Sleeps until shortly before the time, then spins.
    #[default]
    Hybrid,
    /// Sleeps only: late by the kernel's timer slack, cheapest.
    Sleep,
    /// Never sleeps: most precise, burns a core per thread.
    Spin,
}

impl LoadSpec {
    /// The default load on a target: HTTP/1.1, closed loop, 10 s, 1 s of warm-up, 16 connections on one thread.
    pub fn new(target: impl Into<String>) -> Self {
        Self {
            target: target.into(),
            protocol: Self::default_protocol(),
            pace: Pace::default(),
            stop: Stop::default(),
            warm_up: Self::default_warm_up(),
            connections: Self::default_connections(),
            threads: Self::default_threads(),
            timeout: Self::default_timeout(),
            wait: Wait::default(),
            seed: None,
            streams: Self::default_streams(),
            network: Network::default(),
            tls: None,
            request: Self::default_request(),
            mix: Vec::new(),
            checks: Vec::new(),
            thresholds: Thresholds::new(),
            floor: Duration::ZERO,
        }
    }

    /// Refuses what no engine could run, naming the field.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) with the field as its place.
    pub fn check(&self) -> Result<()> {
        let range = |field: &str, expected: &str, found: String| {
            Err(Error::invalid(field, "out of range").expected(expected).found(found))
        };
        match &self.stop {
            Stop::Duration(time) if time.is_zero() => return range("stop.duration", "more than 0s", "0s".into()),
            Stop::Count(0) => return range("stop.count", "at least 1", "0".into()),
            Stop::Duration(_) | Stop::Count(_) => {}
            Stop::Precision(precision) => precision.check()?,
        }
        if !(1..=100_000).contains(&self.connections) {
            return range("connections", "1 to 100000", self.connections.to_string());
        }
        if self.threads == 0 || self.threads > self.connections {
            let expected = format!("1 to the number of connections ({})", self.connections);
            return range("threads", &expected, self.threads.to_string());
        }
        if self.timeout.is_zero() || self.timeout > Duration::from_secs(3600) {
            return range("timeout", "more than 0s, at most 1h", duration::format(self.timeout));
        }
        if !(1..=10_000).contains(&self.streams) {
            return range("streams", "1 to 10000", self.streams.to_string());
        }
        self.network.check()?;
        self.check_content()?;
        self.pace.check().map_err(|error| error.at("pace"))
    }

    /// What is sent, and what must come back.
    fn check_content(&self) -> Result<()> {
        if !self.mix.is_empty() && self.request != Self::default_request() {
            return Err(Error::invalid("request", "both a request and a mix").expected("one of them"));
        }
        if !self.mix.is_empty() && self.mix.iter().all(|request| request.weight == 0) {
            return Err(Error::invalid("mix", "every weight is 0").expected("at least one weight above 0"));
        }
        for (index, check) in self.checks.iter().enumerate() {
            check.check().map_err(|error| error.at(format!("checks[{index}]")))?;
        }
        for (metric, thresholds) in &self.thresholds {
            for threshold in thresholds {
                threshold.threshold.check(*metric)?;
            }
        }
        Ok(())
    }

    /// The same load without what nobody else may read: keys given as text, and header values and query parameters
    /// that carry credentials. This is what measurements, reports and every other output hold.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let mut spec = self.clone();
        if let Some(identity) = spec.tls.as_mut().and_then(|tls| tls.identity.as_mut()) {
            identity.key.hide();
        }
        secrets::hide(&mut spec.request);
        spec.mix.iter_mut().for_each(|weighted| secrets::hide(&mut weighted.request));
        spec.target = secrets::without_query_secrets(&spec.target);
        spec
    }

    pub(crate) fn default_protocol() -> String {
        "http1".into()
    }

    fn default_warm_up() -> Duration {
        Duration::from_secs(1)
    }

    fn default_connections() -> u32 {
        16
    }

    fn default_threads() -> u32 {
        1
    }

    pub(crate) fn default_streams() -> u32 {
        1
    }

    fn default_timeout() -> Duration {
        Duration::from_secs(10)
    }

    pub(crate) fn default_request() -> serde_json::Value {
        serde_json::Value::Object(serde_json::Map::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_and_wrong_units_are_named() {
        for (text, expected) in [
            (r#"{ "target": "http://x/", "conections": 4 }"#, "conections"),
            (r#"{ "target": "http://x/", "pace": { "constant": 2000 } }"#, "2000/s"),
            (r#"{ "target": "http://x/", "warm_up": 3 }"#, "\"2s\""),
            (r#"{ "target": "http://x/", "stop": { "duration": "3 furlongs" } }"#, "furlongs"),
        ] {
            let error = serde_json::from_str::<LoadSpec>(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn impossible_loads_name_their_field() {
        let base = LoadSpec::new("http://127.0.0.1/");
        for (spec, place) in [
            (LoadSpec { connections: 0, ..base.clone() }, "connections"),
            (LoadSpec { threads: 17, ..base.clone() }, "threads"),
            (LoadSpec { stop: Stop::Count(0), ..base.clone() }, "stop.count"),
            (LoadSpec { timeout: Duration::ZERO, ..base.clone() }, "timeout"),
        ] {
            assert_eq!(spec.check().unwrap_err().report().place.as_deref(), Some(place));
        }
        base.check().unwrap();
    }
}
