//! Parts of a measurement beside its histograms: the window in slots, percentiles with intervals, the generator's own use.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::histogram::Latencies;
use crate::units::{duration, duration_schema, optional_duration, optional_duration_schema};

/// What the generator itself used during the measured window.
///
/// ```
/// use meshery_core::measurement::GeneratorUse;
/// use std::time::Duration;
///
/// let used = GeneratorUse { cpu: Duration::from_millis(300), threads: 1, ..GeneratorUse::default() };
/// assert_eq!(serde_json::to_value(&used).unwrap()["cpu"], "300ms");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GeneratorUse {
    /// Processor time of the load threads, user and system.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub cpu: Duration,
    /// Load threads.
    pub threads: u32,
    /// How often the kernel took the processor away from a load thread in the window; `None` where it does not say.
    #[serde(default)]
    pub involuntary_switches: Option<u64>,
    /// Time that a hypervisor took from this machine's processors in the window; `None` where the kernel does not say.
    #[serde(default, with = "optional_duration")]
    #[schemars(schema_with = "optional_duration_schema")]
    pub steal: Option<Duration>,
    /// The response time of an echo in this process at the same pace: what the generator and the loopback add. `None`
    /// when it was not asked for.
    #[serde(default)]
    pub floor: Option<Latencies>,
}

/// A part of the window, about a second: by intended send time.
///
/// ```
/// use meshery_core::measurement::Slot;
///
/// let slot: Slot = serde_json::from_str(
///     r#"{ "at": "3s", "lasts": "1s", "scheduled": 2000, "ok": 1999, "mean_ns": 81000, "p99_ns": 240000, "max_ns": 900000 }"#,
/// ).unwrap();
/// assert_eq!(slot.scheduled - slot.ok, 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// When it begins, from the beginning of the window.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub at: Duration,
    /// How long it is: a second, or, in a load of hours, a power of two of them.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub lasts: Duration,
    /// Requests intended in it.
    pub scheduled: u64,
    /// Those of them that ended well.
    pub ok: u64,
    /// The mean of their response times, in nanoseconds; `None` when there were none.
    pub mean_ns: Option<u64>,
    /// The median of their response times, within 12 %, in nanoseconds.
    #[serde(default)]
    pub p50_ns: Option<u64>,
    /// The 99th percentile of their response times, within 12 %, in nanoseconds.
    pub p99_ns: Option<u64>,
    /// The largest of their response times, in nanoseconds.
    pub max_ns: Option<u64>,
}

/// A percentile of the response time with its 95 % interval, or why there is none.
///
/// ```
/// use meshery_core::measurement::Percentile;
///
/// let p: Percentile = serde_json::from_str(
///     r#"{ "percentile": 99.99, "value_ns": null, "low_ns": null, "high_ns": null, "why": "1000 answers are too few" }"#,
/// ).unwrap();
/// assert!(p.value_ns.is_none() && p.why.is_some());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Percentile {
    /// Which, between 0 and 100.
    pub percentile: f64,
    /// Its value in nanoseconds; `None` when the sample is too small to know it.
    pub value_ns: Option<u64>,
    /// The lower end of its interval, in nanoseconds.
    pub low_ns: Option<u64>,
    /// The upper end of its interval, in nanoseconds.
    pub high_ns: Option<u64>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}
