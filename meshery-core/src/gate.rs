//! Gates: one answer for CI, pass or fail, from verdicts and budgets.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::comparison::Verdict;
use crate::error::{Error, Result};
use crate::units::duration;

/// What makes a result fail.
///
/// ```
/// use meshery_core::gate::Gate;
///
/// let gate: Gate = serde_json::from_str(r#"{ "budgets": ["envoy: latency.p99 < 1ms", "memory < 150MB"] }"#).unwrap();
/// assert_eq!(gate.budgets[0].to_string(), "envoy: latency.p99 < 1ms");
/// assert_eq!(gate.fail_on.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gate {
    /// Verdicts that fail: by default `regressed` and `invalid`. With budgets alone in mind: none.
    pub fail_on: Vec<Verdict>,
    /// The metrics whose verdicts count. None: all of the whole, those of single processes left out.
    pub metrics: Vec<String>,
    /// What a mesh may add.
    pub budgets: Vec<Budget>,
    /// Whether a budget that the runs cannot decide about fails as well.
    pub strict: bool,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            fail_on: vec![Verdict::Regressed, Verdict::Invalid],
            metrics: Vec::new(),
            budgets: Vec::new(),
            strict: false,
        }
    }
}

/// What an arm may add to a metric of the baseline, as `[ARM: ]METRIC < LIMIT`, or for throughput `METRIC > LIMIT`.
///
/// A limit is a duration (`1ms`; for `cpu_per_1000_requests` that for 1,000 requests), a share of the baseline (`20%`; for
/// `errors`, percentage points), bytes (`150MB`, `64MiB`) or a rate (`100/s`).
///
/// ```
/// use meshery_core::gate::{Budget, Limit};
///
/// let budget: Budget = "throughput > -5%".parse().unwrap();
/// assert_eq!((budget.arm.as_deref(), budget.limit, budget.at_least), (None, Limit::Share(-0.05), true));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// Of which arm; `None`: of every one but the control.
    pub arm: Option<String>,
    /// Of which metric.
    pub metric: String,
    /// How much.
    pub limit: Limit,
    /// Whether the limit is a least and not a most.
    pub at_least: bool,
    text: String,
}

/// How much a metric may change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A share of the baseline, 0.05 being 5 %; percentage points for shares.
    Share(f64),
    /// In the unit of the metric: nanoseconds, nanoseconds a request, bytes, or events per second.
    Amount(f64),
}

const BYTES: [(&str, f64); 7] = [
    ("KiB", 1024.0),
    ("MiB", 1024.0 * 1024.0),
    ("GiB", 1024.0 * 1024.0 * 1024.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("B", 1.0),
];

fn limit(text: &str, metric: &str) -> Option<Limit> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    if let Some(percent) = text.strip_suffix('%') {
        return number(percent).map(|percent| Limit::Share(percent / 100.0));
    }
    if let Some(rate) = text.strip_suffix("/s") {
        return number(rate).map(Limit::Amount);
    }
    if let Some((value, size)) = BYTES.iter().find_map(|(unit, size)| Some((number(text.strip_suffix(unit)?)?, size))) {
        return Some(Limit::Amount(value * size));
    }
    // Of 1,000 requests a millisecond is of one request a microsecond.
    let requests = if metric.contains("cpu_per_1000_requests") { 1000.0 } else { 1.0 };
    duration::parse(text).ok().map(|time| Limit::Amount(time.as_nanos() as f64 / requests))
}

impl FromStr for Budget {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid("budget", "not a budget")
                .expected("for example latency.p99 < 1ms, or envoy: memory < 150MB")
                .found(text)
        };
        let (sides, at_least) = match text.split_once('<') {
            Some(sides) => (sides, false),
            None => (text.split_once('>').ok_or_else(wrong)?, true),
        };
        // An arm's name may have a colon in it; a metric's has none.
        let (arm, metric) = match sides.0.rsplit_once(':') {
            Some((arm, metric)) => (Some(arm.trim().to_owned()), metric.trim()),
            None => (None, sides.0.trim()),
        };
        let limit = limit(sides.1.trim(), metric).ok_or_else(wrong)?;
        if metric.is_empty() || metric.contains(char::is_whitespace) {
            return Err(wrong());
        }
        Ok(Self { arm, metric: metric.into(), limit, at_least, text: text.trim().into() })
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Budget {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Budget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Budget {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Budget".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[^<>]+[<>][^<>]+$", "examples": ["latency.p99 < 1ms"] })
    }
}

/// The answer of a gate.
///
/// ```
/// fn exit_code(result: &meshery_core::gate::GateResult) -> u8 {
///     u8::from(!result.passed)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateResult {
    /// Whether nothing failed.
    pub passed: bool,
    /// What failed.
    pub failures: Vec<GateNote>,
    /// Budgets that the runs cannot decide about.
    pub undecided: Vec<GateNote>,
}

/// Something that a gate has to say.
///
/// ```
/// fn line(note: &meshery_core::gate::GateNote) -> String {
///     format!("{} {}: {} ({})", note.arm, note.metric, note.found, note.rule)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateNote {
    /// The workload and point of load; empty for a comparison alone.
    pub cell: String,
    /// The arm.
    pub arm: String,
    /// The metric.
    pub metric: String,
    /// What was asked for: a budget, or the verdict that fails.
    pub rule: String,
    /// What was found.
    pub found: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_have_units() {
        for (text, limit) in [
            ("latency.p99 < 1ms", Limit::Amount(1e6)),
            ("latency.p99 < 5 %", Limit::Share(0.05)),
            ("cpu_per_1000_requests < 300ms", Limit::Amount(300e3)),
            ("cpu_per_1000_requests/client < 1s", Limit::Amount(1e6)),
            ("control_plane.cpu_per_1000_requests < 1s", Limit::Amount(1e6)),
            ("cpu_per_connection < 1ms", Limit::Amount(1e6)),
            ("memory < 64MiB", Limit::Amount(f64::from(64 << 20))),
            ("throughput > -100/s", Limit::Amount(-100.0)),
            ("errors < 0.1%", Limit::Share(0.001)),
        ] {
            assert_eq!(text.parse::<Budget>().unwrap().limit, limit, "{text}");
        }
    }

    #[test]
    fn what_is_no_budget_says_so() {
        for text in ["", "latency.p99", "latency.p99 < 5", "latency.p99 < ms", "< 1ms", "a b < 1ms", "memory < NaN%"] {
            assert_eq!(text.parse::<Budget>().unwrap_err().report().found.as_deref(), Some(text), "{text}");
        }
        let budget: Budget = "a:b: memory < 1MB".parse().unwrap();
        assert_eq!((budget.arm.as_deref(), budget.metric.as_str()), (Some("a:b"), "memory"));
    }
}
