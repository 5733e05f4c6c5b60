//! What follows from runs: effects and verdicts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::measurement::Reason;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unit {
    /// Nanoseconds.
    Nanoseconds,
    /// Nanoseconds of processor time for one request; the same number is microseconds for 1,000 requests.
    NanosecondsPerRequest,
    /// Nanoseconds of processor time that a connection takes in a second: 1,000,000 is a thousandth of a processor.
    NanosecondsPerConnectionSecond,
    /// Events per second.
    PerSecond,
    /// Bytes.
    Bytes,
    /// Bytes for one connection.
    BytesPerConnection,
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
    /// The metric. Of the load: `latency.p50`, `latency.p90`, `latency.p99`, `latency.p99.9`, `throughput`, `errors`. Of
    /// all proxies together: `cpu_per_1000_requests`, `cpu_per_connection`, `memory`, `memory_per_connection`; the first
    /// and third also of each, as `memory/client`. The same of the control plane and of whole machines, as
    /// `control_plane.memory` and `node.memory/worker-1`. Of changes of configuration: `propagation.p50`,
    /// `propagation.p90`, `propagation.p99`.
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
    /// Regressed or improved by more than the margin: the whole 95 % interval lies beyond it.
    #[serde(default)]
    pub beyond_margin: bool,
    /// Equivalent, and yet not the same: the 95 % interval does not hold zero.
    #[serde(default)]
    pub differs: bool,
    /// Why the verdict is no better, and what to know when reading it.
    pub reasons: Vec<Reason>,
}
