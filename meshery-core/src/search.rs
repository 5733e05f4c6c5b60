//! The highest rate that keeps a goal, and latency against rate.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::load::LoadSpec;
use crate::measurement::Percentile;
use crate::threshold::{Metric, Threshold, ThresholdOutcome, Thresholds};
use crate::units::{Rate, duration, duration_schema};
use crate::validity::Validity;

/// A search for the highest rate that keeps each of several goals.
///
/// The method is that of Multiple Loss Ratio Search (IETF draft-ietf-bmwg-mlrsearch): trials serve all goals at once, are
/// short while the bounds are far apart and of full length only when they are close; a bound needs
/// [`decided_by`](Self::decided_by) of full-length trials, so that one lucky or unlucky trial decides nothing; and the
/// answer is an interval for each goal.
///
/// ```
/// use meshery_core::SearchSpec;
///
/// let spec: SearchSpec = serde_json::from_str(r#"{
///     "load": { "target": "http://127.0.0.1:8080/" },
///     "goals": [{ "name": "fast", "thresholds": { "response": ["p(99)<5"], "failed": ["rate<0.001"] } }],
///     "lowest": "100/s", "highest": "50000/s"
/// }"#).unwrap();
/// spec.check().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchSpec {
    /// The load of every trial, but for its pace and its stop rule.
    pub load: LoadSpec,
    /// What the rates have to keep.
    pub goals: Vec<Goal>,
    /// The lowest rate to try; the search begins there.
    pub lowest: Rate,
    /// The highest rate to try.
    pub highest: Rate,
    /// How long the first trials are.
    #[serde(default = "SearchSpec::default_short", with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub short: Duration,
    /// How long the last trials are.
    #[serde(default = "SearchSpec::default_full", with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub full: Duration,
    /// How much time of full-length trials decides about a rate: three times their length are a majority of three.
    #[serde(default = "SearchSpec::default_decided_by", with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub decided_by: Duration,
    /// How wide an interval may be at the end, as a part of its upper end.
    #[serde(default = "SearchSpec::default_width")]
    pub width: f64,
    /// When to end in any case, with the intervals as wide as they then are.
    #[serde(default = "SearchSpec::default_at_most", with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub at_most: Duration,
}

/// What a rate has to keep.
///
/// ```
/// use meshery_core::search::Goal;
///
/// let goal: Goal = serde_json::from_str(r#"{ "name": "fast", "thresholds": { "response": ["p(99)<5"] } }"#).unwrap();
/// assert_eq!(goal.exceed, 0.5);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// What it is called in the result.
    pub name: String,
    /// What a trial must reach.
    pub thresholds: Thresholds,
    /// Which share of the time of trials at a rate may fail, 0 to below 1.
    #[serde(default = "Goal::default_exceed")]
    pub exceed: f64,
}

impl Goal {
    /// Every threshold and what it is about.
    pub fn all(&self) -> impl Iterator<Item = (Metric, &Threshold)> {
        self.thresholds.iter().flat_map(|(metric, of)| of.iter().map(|threshold| (*metric, threshold)))
    }

    fn default_exceed() -> f64 {
        0.5
    }
}

impl SearchSpec {
    /// Refuses what cannot be searched, naming the field.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) with the field as its place.
    pub fn check(&self) -> Result<()> {
        let range = |place: &str, expected: &str, found: String| {
            Err(Error::invalid(place, "out of range").expected(expected).found(found))
        };
        self.load.check().map_err(|error| error.at("load"))?;
        if self.goals.is_empty() {
            return range("goals", "at least one", "none".into());
        }
        for (index, goal) in self.goals.iter().enumerate() {
            let place = |field: &str| format!("goals[{index}].{field}");
            if goal.thresholds.values().all(Vec::is_empty) {
                return range(&place("thresholds"), "at least one", "none".into());
            }
            if !(0.0..1.0).contains(&goal.exceed) {
                return range(&place("exceed"), "0 to below 1", goal.exceed.to_string());
            }
            if self.goals[..index].iter().any(|other| other.name == goal.name) {
                return Err(Error::invalid(place("name"), "the name of another goal").found(&goal.name));
            }
        }
        if self.lowest >= self.highest {
            return range("highest", &format!("more than {}", self.lowest), self.highest.to_string());
        }
        if self.short.is_zero() || self.short > self.full {
            return range("short", "more than 0s, at most as long as full", duration::format(self.short));
        }
        if self.decided_by < self.full {
            return range("decided_by", "at least as long as full", duration::format(self.decided_by));
        }
        if !(self.width > 0.0 && self.width < 1.0) {
            return range("width", "above 0, below 1", self.width.to_string());
        }
        Ok(())
    }

    fn default_short() -> Duration {
        Duration::from_secs(1)
    }

    fn default_full() -> Duration {
        Duration::from_secs(10)
    }

    fn default_decided_by() -> Duration {
        Duration::from_secs(30)
    }

    fn default_width() -> f64 {
        0.05
    }

    fn default_at_most() -> Duration {
        Duration::from_secs(600)
    }
}

/// What a search found.
///
/// ```
/// use meshery_core::search::SearchResult;
///
/// let result: SearchResult = serde_json::from_str(r#"{
///     "goals": [{ "goal": "fast", "lower": "9500/s", "upper": "10000/s", "complete": true }], "curve": []
/// }"#).unwrap();
/// assert_eq!(result.goals[0].upper.unwrap().get(), 10_000.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchResult {
    /// The answer for each goal, in the order they were asked.
    pub goals: Vec<GoalResult>,
    /// Every trial, by its rate: latency against rate.
    pub curve: Vec<CurvePoint>,
}

/// Between which rates the highest lies that keeps a goal.
///
/// ```
/// use meshery_core::search::GoalResult;
///
/// let found: GoalResult =
///     serde_json::from_str(r#"{ "goal": "fast", "lower": null, "upper": "100/s", "complete": true }"#).unwrap();
/// assert!(found.lower.is_none(), "not even the lowest rate keeps it");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GoalResult {
    /// The goal's name.
    pub goal: String,
    /// The highest rate that was shown to keep it, below every one that was shown not to; `None`: not even the lowest.
    pub lower: Option<Rate>,
    /// The lowest rate that was shown not to keep it; `None`: even the highest keeps it.
    pub upper: Option<Rate>,
    /// Whether the search came to its end for this goal, rather than to the end of its time.
    pub complete: bool,
}

/// A trial at a rate.
///
/// ```
/// use meshery_core::search::CurvePoint;
///
/// let point: CurvePoint = serde_json::from_str(r#"{
///     "rate": "1000/s", "lasts": "10s", "throughput": "1000/s", "failed": 0.0, "percentiles": [],
///     "thresholds": [], "kept": [true], "validity": { "invalid": [], "warnings": [] }
/// }"#).unwrap();
/// assert!(point.kept[0]);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CurvePoint {
    /// The rate that was asked for.
    pub rate: Rate,
    /// How long it was kept up.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub lasts: Duration,
    /// Answers per second; `None` when there were none.
    pub throughput: Option<Rate>,
    /// The share of requests that did not end well, 0..=1.
    pub failed: f64,
    /// Percentiles of the response time.
    pub percentiles: Vec<Percentile>,
    /// What became of the thresholds of all goals.
    pub thresholds: Vec<ThresholdOutcome>,
    /// For each goal, whether the trial kept it. One that cannot be trusted keeps none.
    pub kept: Vec<bool>,
    /// Whether the trial can be trusted.
    pub validity: Validity,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_searched_is_named_by_its_place() {
        let spec = |field: &str, value: serde_json::Value| {
            let goal = serde_json::json!({ "name": "a", "thresholds": { "failed": ["rate<0.1"] } });
            let mut spec = serde_json::json!({
                "load": { "target": "http://127.0.0.1/" }, "goals": [goal], "lowest": "10/s", "highest": "100/s",
            });
            if field == "goals[1]" {
                spec["goals"].as_array_mut().unwrap().push(value);
            } else {
                spec[field] = value;
            }
            serde_json::from_value::<SearchSpec>(spec).unwrap().check()
        };
        spec("width", 0.1.into()).unwrap();
        let twin = serde_json::json!({ "name": "a", "thresholds": { "failed": ["rate<0.2"] } });
        let idle = serde_json::json!({ "name": "b", "thresholds": {} });
        let never = serde_json::json!({ "name": "b", "thresholds": { "failed": ["rate<0.2"] }, "exceed": 1.0 });
        for (field, value, place) in [
            ("goals", serde_json::json!([]), "goals"),
            ("goals[1]", twin, "goals[1].name"),
            ("goals[1]", idle, "goals[1].thresholds"),
            ("goals[1]", never, "goals[1].exceed"),
            ("highest", "10/s".into(), "highest"),
            ("short", "11s".into(), "short"),
            ("decided_by", "5s".into(), "decided_by"),
            ("width", 0.into(), "width"),
            ("load", serde_json::json!({ "target": "http://a/", "connections": 0 }), "load.connections"),
        ] {
            let error = spec(field, value).unwrap_err();
            assert_eq!(error.report().place.as_deref(), Some(place));
        }
    }
}
