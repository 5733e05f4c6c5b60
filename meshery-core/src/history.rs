//! Results over time: series of releases, what is usual in them, and where they changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::comparison::{Interval, Unit};
use crate::provider::MeshId;

/// Which values may be compared over time: the same question to the same arm on the same kind of machine.
///
/// ```
/// fn title(key: &meshery_core::history::SeriesKey) -> String {
///     format!("{} of {} under {}", key.metric, key.arm, key.workload)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesKey {
    /// The workload; empty for a comparison alone.
    pub workload: String,
    /// The point of load; empty where there is none.
    pub point: String,
    /// The arm.
    pub arm: String,
    /// Its mesh.
    pub mesh: MeshId,
    /// How the mesh is set up and what the load is, as JSON: what makes two arms of one name different.
    pub configuration: String,
    /// The machine: platform, processor, cores and memory. Not its kernel, which an update changes.
    pub environment: String,
    /// The metric, as in [`Effect`](crate::Effect).
    pub metric: String,
    /// The unit of its values.
    pub unit: Unit,
}

/// The value of a release: the geometric mean of its runs, the mean where zero is among the values.
///
/// ```
/// let point = meshery_core::history::SeriesPoint {
///     entry: 1, release: "1.2.0".into(), recorded_unix_ns: 0, value: 412e3, runs: 10,
/// };
/// assert_eq!(point.runs, 10);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesPoint {
    /// The entry of the history.
    pub entry: u64,
    /// The release's name.
    pub release: String,
    /// When it was measured, in nanoseconds since the Unix epoch.
    pub recorded_unix_ns: u64,
    /// The value.
    pub value: f64,
    /// Valid runs that it is made of.
    pub runs: u32,
}

/// A metric over time.
///
/// ```
/// fn latest(series: &meshery_core::history::Series) -> Option<f64> {
///     series.points.last().map(|point| point.value)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Which series.
    pub key: SeriesKey,
    /// Its values by the time they were measured.
    pub points: Vec<SeriesPoint>,
    /// The median step from one release to the next, relative (0.02 is 2 %) or, where zero is among the values, in the
    /// unit: what this series does without any cause. `None` for fewer than two values.
    pub noise_floor: Option<f64>,
}

/// How a release stands among the ones before it. A suspicion is no verdict: that takes runs of both side by side.
///
/// ```
/// assert_eq!(meshery_core::history::Standing::Usual.to_string(), "usual");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Standing {
    /// Worse than the releases before make likely, by more than the margin.
    SuspectedRegression,
    /// Better than the releases before make likely, by more than the margin.
    SuspectedImprovement,
    /// As the ones before.
    Usual,
    /// Too few releases to say what is usual.
    TooFewReleases,
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SuspectedRegression => "suspected regression",
            Self::SuspectedImprovement => "suspected improvement",
            Self::Usual => "usual",
            Self::TooFewReleases => "too few releases",
        })
    }
}

/// A release among the ones before it, by one metric.
///
/// ```
/// use meshery_core::history::{Standing, Trend};
///
/// fn suspects(trends: &[Trend]) -> Vec<&str> {
///     let suspected = trends.iter().filter(|trend| trend.standing == Standing::SuspectedRegression);
///     suspected.map(|trend| trend.key.metric.as_str()).collect()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trend {
    /// Which series.
    pub key: SeriesKey,
    /// The release's value.
    pub value: f64,
    /// Releases before it that were looked at.
    pub releases: u32,
    /// Where 95 of 100 such releases would fall, in the unit. `None` for too few, or when they do not vary.
    pub usual: Option<Interval>,
    /// The difference to the level before: relative or, where zero is among the values, in the unit.
    pub difference: Option<f64>,
    /// The margin on the same scale.
    pub margin: f64,
    /// The two-sided p-value.
    pub p: Option<f64>,
    /// Corrected for the number of series of this release (Benjamini & Hochberg).
    pub p_adjusted: Option<f64>,
    /// How it stands.
    pub standing: Standing,
}

/// A lasting change of level.
///
/// ```
/// fn since(change: &meshery_core::history::DatedChange) -> &str {
///     &change.release
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatedChange {
    /// Which series.
    pub key: SeriesKey,
    /// The first release at the new level.
    pub release: String,
    /// When that was measured, in nanoseconds since the Unix epoch.
    pub recorded_unix_ns: u64,
    /// The level before.
    pub before: f64,
    /// The level after.
    pub after: f64,
    /// The difference: relative or, where zero is among the values, in the unit.
    pub difference: f64,
    /// Whether it is a change for the worse.
    pub worse: bool,
    /// The p-value of the change.
    pub p: f64,
}

/// What a history says of a release.
///
/// ```
/// assert!(meshery_core::history::Review::default().changes.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The release among the ones before it, by series.
    pub trends: Vec<Trend>,
    /// All lasting changes in these series, up to this release.
    pub changes: Vec<DatedChange>,
}
