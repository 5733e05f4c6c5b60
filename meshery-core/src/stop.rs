//! When a load ends.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::units::{duration, duration_schema};

/// When the measured part of a load ends.
///
/// ```
/// use meshery_core::Stop;
///
/// let stop: Stop = serde_json::from_str(r#"{ "count": 20000 }"#).unwrap();
/// assert_eq!(stop, Stop::Count(20_000));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stop {
    /// After this time; requests intended before its end are still waited for.
    Duration(
        #[serde(with = "duration")]
        #[schemars(schema_with = "duration_schema")]
        Duration,
    ),
    /// After exactly this many measured requests.
    Count(u64),
    /// As soon as a percentile of the response time is known precisely enough.
    Precision(Precision),
}

/// How precisely a percentile must be known for a load to end.
///
/// ```
/// use meshery_core::load::Precision;
///
/// let stop: Precision = serde_json::from_str(r#"{ "percentile": 99, "within": 0.05, "at_most": "60s" }"#).unwrap();
/// assert_eq!(stop.within, 0.05);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Precision {
    /// Which percentile, between 0 and 100.
    pub percentile: f64,
    /// Half the width of its 95 % interval, as a part of its value: 0.05 is ±5 %.
    pub within: f64,
    /// When to end in any case.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub at_most: Duration,
}

impl Precision {
    pub(crate) fn check(&self) -> Result<()> {
        let range = |field: &str, expected: &str, found: f64| {
            let place = format!("stop.precision.{field}");
            Err(Error::invalid(place, "out of range").expected(expected).found(found.to_string()))
        };
        if !(self.percentile > 0.0 && self.percentile < 100.0) {
            return range("percentile", "above 0, below 100", self.percentile);
        }
        if !(self.within > 0.0 && self.within < 1.0) {
            return range("within", "above 0, below 1", self.within);
        }
        if self.at_most.is_zero() {
            return range("at_most", "more than 0s", 0.0);
        }
        Ok(())
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::Duration(Duration::from_secs(10))
    }
}
