//! What a whole load must reach, in the grammar of k6: `p(99)<250`, `rate<0.01`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{Error, Result};
use crate::units::{duration, duration_schema};

/// Thresholds by what they are about.
pub type Thresholds = BTreeMap<Metric, Vec<Threshold>>;

/// What a threshold is about, by our names or k6's.
///
/// ```
/// use meshery_core::threshold::Metric;
///
/// assert_eq!(serde_json::from_str::<Metric>(r#""http_req_failed""#).unwrap(), Metric::Failed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Metric {
    /// Answers that passed their checks: `rate`, `count`.
    Checks,
    /// Time to open a connection, a latency.
    #[serde(alias = "http_req_connecting")]
    Connect,
    /// Requests that did not end well: `rate`, `count`.
    #[serde(alias = "http_req_failed")]
    Failed,
    /// From the real send time to the first byte of the answer, a latency.
    #[serde(alias = "http_req_waiting")]
    FirstByte,
    /// From an open connection to one that takes requests, a latency.
    #[serde(alias = "http_req_tls_handshaking")]
    Handshake,
    /// Requests that were never sent: `rate`, `count`.
    #[serde(alias = "dropped_iterations")]
    NotSent,
    /// All scheduled requests: `count`, and `rate` per second.
    #[serde(alias = "http_reqs", alias = "iterations")]
    Requests,
    /// From the intended send time to the last byte of the answer, a latency.
    Response,
    /// From the real send time to the last byte of the answer, a latency. This is what k6 calls `http_req_duration`.
    #[serde(alias = "http_req_duration")]
    Service,
}

impl Metric {
    /// Whether it is a latency, in milliseconds, rather than a count.
    pub fn is_latency(self) -> bool {
        matches!(self, Self::Connect | Self::FirstByte | Self::Handshake | Self::Response | Self::Service)
    }
}

/// A condition, and whether to stop the load when it does not hold. In JSON a bare condition, or an object as k6 has it.
///
/// ```
/// use meshery_core::Threshold;
///
/// let bare: Threshold = serde_json::from_str(r#""p(99)<250""#).unwrap();
/// assert!(!bare.abort);
/// let abort: Threshold = serde_json::from_str(r#"{ "threshold": "rate<0.01", "abort": true, "after": "10s" }"#).unwrap();
/// assert_eq!((abort.threshold.to_string().as_str(), abort.after.as_secs()), ("rate<0.01", 10));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(with = "Form")]
pub struct Threshold {
    /// What must hold at the end.
    pub threshold: Condition,
    /// Whether the load stops as soon as it does not hold.
    pub abort: bool,
    /// How long after the beginning of the window that is first looked at.
    #[serde(with = "duration")]
    pub after: Duration,
}

/// What may be written for a threshold.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "it only says in the schema what `deserialize` takes")]
enum Form {
    Bare(Condition),
    Full(Full),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Full {
    threshold: Condition,
    #[serde(default, alias = "abortOnFail")]
    abort: bool,
    #[serde(default, alias = "delayAbortEval", with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    after: Duration,
}

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not by `untagged`, which would swallow what is wrong with a condition.
        let value = serde_json::Value::deserialize(deserializer)?;
        let full = if value.is_object() {
            serde_json::from_value(value).map_err(serde::de::Error::custom)?
        } else {
            let threshold = serde_json::from_value(value).map_err(serde::de::Error::custom)?;
            Full { threshold, abort: false, after: Duration::ZERO }
        };
        Ok(Self { threshold: full.threshold, abort: full.abort, after: full.after })
    }
}

/// A comparison of an aggregate with a value: `p(99)<250`, `avg<=80us`, `rate<0.01`. A bare number beside a latency is
/// in milliseconds, as in k6.
///
/// ```
/// use meshery_core::threshold::{Aggregate, Condition};
///
/// let condition: Condition = "p(99.9) < 1.5s".parse().unwrap();
/// assert_eq!(condition.of, Aggregate::Percentile(99.9));
/// assert!(condition.holds(1499.0) && !condition.holds(1500.0));
/// assert!("p(101)<1".parse::<Condition>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is compared.
    pub of: Aggregate,
    /// How.
    pub is: Operator,
    /// With what: milliseconds for a latency.
    pub value: f64,
    text: String,
}

/// One number of many.
///
/// ```
/// assert!(matches!("med<1".parse(), Ok(meshery_core::threshold::Condition { .. })));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Aggregate {
    /// The arithmetic mean, `avg`.
    Average,
    /// How many, `count`.
    Count,
    /// The largest, `max`.
    Max,
    /// The median, `med`.
    Median,
    /// The smallest, `min`.
    Min,
    /// A percentile, `p(N)`, N in 0..=100.
    Percentile(f64),
    /// The share of all, 0..=1; of [`Metric::Requests`] their number per second: `rate`.
    Rate,
}

/// A comparison.
///
/// ```
/// use meshery_core::threshold::Operator;
///
/// assert!(Operator::Less.compare(1.0, 2.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `==` or `===`
    Equal,
    /// `!=`
    Unequal,
}

/// Longest first, so that `<=` is not read as `<`.
const OPERATORS: [(&str, Operator); 7] = [
    ("===", Operator::Equal),
    ("==", Operator::Equal),
    ("!=", Operator::Unequal),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

impl Operator {
    /// Whether it holds between two numbers.
    #[expect(clippy::float_cmp, reason = "equality is what the user asked for")]
    pub fn compare(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
            Self::Equal => left == right,
            Self::Unequal => left != right,
        }
    }
}

impl Condition {
    /// Whether it holds of this value.
    pub fn holds(&self, value: f64) -> bool {
        self.is.compare(value, self.value)
    }

    /// Checks that the aggregate fits what it is taken of.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for a percentile of a count, or the rate of a latency.
    pub fn check(&self, metric: Metric) -> Result<()> {
        let counted = matches!(self.of, Aggregate::Rate | Aggregate::Count);
        if metric.is_latency() != counted {
            return Ok(());
        }
        let expected = if counted { "avg, min, med, max or p(N)" } else { "rate or count" };
        Err(Error::invalid("threshold", "not an aggregate of this metric").expected(expected).found(&self.text))
    }
}

impl FromStr for Condition {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refuse = || {
            Error::new(crate::ErrorKind::InvalidInput, "not a threshold")
                .expected("avg, min, med, max, p(N), rate or count, compared with a number: such as \"p(99)<250\"")
                .found(format!("{text:?}"))
        };
        let at = text.find(['<', '>', '=', '!']).ok_or_else(refuse)?;
        let (left, rest) = text.split_at(at);
        let (sign, is) = OPERATORS.into_iter().find(|(sign, _)| rest.starts_with(sign)).ok_or_else(refuse)?;
        let of = aggregate(left.trim()).ok_or_else(refuse)?;
        let value = value(rest[sign.len()..].trim()).ok_or_else(refuse)?;
        Ok(Self { of, is, value, text: text.trim().into() })
    }
}

fn aggregate(text: &str) -> Option<Aggregate> {
    Some(match text {
        "avg" => Aggregate::Average,
        "count" => Aggregate::Count,
        "max" => Aggregate::Max,
        "med" => Aggregate::Median,
        "min" => Aggregate::Min,
        "rate" => Aggregate::Rate,
        _ => {
            let percent: f64 = text.strip_prefix("p(")?.strip_suffix(')')?.trim().parse().ok()?;
            Aggregate::Percentile((0.0..=100.0).contains(&percent).then_some(percent)?)
        }
    })
}

fn value(text: &str) -> Option<f64> {
    let bare = text.parse().ok().filter(|value: &f64| value.is_finite());
    bare.or_else(|| duration::parse(text).ok().map(|time| time.as_secs_f64() * 1e3))
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|error: Error| serde::de::Error::custom(error.to_string()))
    }
}

impl JsonSchema for Condition {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "An aggregate compared with a value, in k6's grammar; a bare latency is in milliseconds.",
            "examples": ["p(99)<250", "avg<=80us", "rate<0.01"],
        })
    }
}

/// What became of a threshold.
///
/// ```
/// let outcome: meshery_core::threshold::ThresholdOutcome = serde_json::from_str(
///     r#"{ "metric": "failed", "threshold": "rate<0.01", "found": 0.0, "holds": true }"#,
/// ).unwrap();
/// assert!(outcome.holds);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ThresholdOutcome {
    /// What it is about.
    pub metric: Metric,
    /// The condition.
    pub threshold: Condition,
    /// What was found, in milliseconds for a latency; `None` when there was nothing to compare.
    pub found: Option<f64>,
    /// Whether it holds; it does not when there was nothing to compare.
    pub holds: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_read_as_k6_reads_them() {
        for (text, of, value) in [
            ("p(99)<250", Aggregate::Percentile(99.0), 250.0),
            ("p( 99.95 ) <= 250us", Aggregate::Percentile(99.95), 0.25),
            (" med!=3", Aggregate::Median, 3.0),
            ("rate<0.01", Aggregate::Rate, 0.01),
            ("count===5", Aggregate::Count, 5.0),
        ] {
            let condition: Condition = text.parse().unwrap();
            assert_eq!((condition.of, condition.value), (of, value), "{text}");
        }
        for text in ["", "p(99)", "p(x)<1", "p(-1)<1", "avg<", "avg<inf", "avg<1 furlong", "mean<1", "avg=1", "<1"] {
            assert!(text.parse::<Condition>().is_err(), "{text:?} must be refused");
        }
    }

    #[test]
    fn a_fault_in_a_threshold_says_what_was_expected() {
        let error = serde_json::from_str::<Threshold>(r#""p99<1""#).unwrap_err().to_string();
        assert!(error.contains("p(99)<250"), "{error}");
        let error = serde_json::from_str::<Threshold>(r#"{ "threshold": "avg<1", "abortonfail": true }"#).unwrap_err();
        assert!(error.to_string().contains("abortonfail"), "{error}");
    }

    #[test]
    fn aggregates_must_fit_their_metric() {
        let check = |metric, text: &str| text.parse::<Condition>().unwrap().check(metric);
        check(Metric::Response, "p(99)<1").unwrap();
        check(Metric::Failed, "rate<1").unwrap();
        assert!(check(Metric::Failed, "p(99)<1").is_err());
        assert!(check(Metric::Response, "rate<1").is_err());
    }
}
