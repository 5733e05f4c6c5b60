//! Campaigns: every arm through every workload at every point of load, in randomised blocks that can be resumed.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::comparison::{ArmSpec, Comparison, ComparisonSpec, End, Judge, RunLoad, Telemetry};
use crate::error::{Error, Result};
use crate::measurement::Reason;
use crate::pace::Pace;
use crate::units::{duration, duration_schema, optional_duration, optional_duration_schema};

/// What to compare, under which loads. The first arm is the baseline, and every block holds a run of it.
///
/// ```
/// use meshery_core::CampaignSpec;
///
/// let spec: CampaignSpec = serde_json::from_str(
///     r#"{ "arms": [ { "name": "none", "mesh": "none" }, { "name": "envoy", "mesh": "envoy" } ],
///          "workloads": [ { "name": "page" }, { "name": "large", "path": "/bytes/65536" } ],
///          "points": [ { "name": "1k", "pace": { "constant": "1000/s" } }, { "name": "closed", "pace": "closed" } ] }"#,
/// ).unwrap();
/// spec.check().unwrap();
/// assert_eq!(spec.cells().len(), 4);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CampaignSpec {
    /// What is compared: mesh × version × configuration. The first is the baseline.
    pub arms: Vec<ArmSpec>,
    /// What is asked of the application.
    pub workloads: Vec<Workload>,
    /// How fast it is asked, each for every workload. None: each workload at its own pace.
    pub points: Vec<LoadPoint>,
    /// Blocks for each pair of workload and point; each block holds one run of every arm in a random order.
    pub rounds: u32,
    /// After how many blocks to look whether all is settled, growing, the last at most `rounds`; a pair of workload and
    /// point that is settled gets no further blocks. The error rate is spent over the looks (O'Brien & Fleming), so that
    /// looking costs no false alarms. None: all rounds are made.
    pub looks: Vec<u32>,
    /// How long all runs together may take. When it does not suffice for all rounds, it goes to the cells that
    /// are closest to a verdict. `None`: as long as the rounds take.
    #[serde(with = "optional_duration")]
    #[schemars(schema_with = "optional_duration_schema")]
    pub budget: Option<Duration>,
    /// How much runs of the same arm are expected to differ: the standard deviation of the logarithm, 0.03 being 3 %. The
    /// predicted power rests on it; a history knows the noise of a series.
    pub expected_noise: f64,
    /// The seed of every order. `None`: one is drawn and reported.
    pub seed: Option<u64>,
    /// The application under load, `HOST:PORT`. `None`: a built-in one is started as a process of its own.
    pub upstream: Option<String>,
    /// How verdicts are reached.
    pub judge: Judge,
    /// What else is looked at, besides the processes of this machine. `None`: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<Telemetry>,
}

/// What is asked of the application.
///
/// ```
/// let workload = meshery_core::campaign::Workload::default();
/// assert_eq!((workload.name.as_str(), workload.path.as_str()), ("page", "/"));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Workload {
    /// Its name in reports, unique.
    pub name: String,
    /// The path that is requested.
    pub path: String,
    /// The load of every run.
    pub load: RunLoad,
}

/// How fast the application is asked.
///
/// ```
/// let point: meshery_core::campaign::LoadPoint =
///     serde_json::from_str(r#"{ "name": "1k", "pace": { "constant": "1000/s" } }"#).unwrap();
/// assert_eq!(point.pace.rate().unwrap().to_string(), "1000/s");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadPoint {
    /// Its name in reports, unique.
    pub name: String,
    /// When requests are sent.
    pub pace: Pace,
}

impl Default for CampaignSpec {
    fn default() -> Self {
        let one = ComparisonSpec::default();
        Self {
            arms: one.arms,
            workloads: vec![Workload::default()],
            points: Vec::new(),
            rounds: one.rounds,
            looks: Vec::new(),
            budget: None,
            expected_noise: 0.03,
            seed: None,
            upstream: None,
            judge: one.judge,
            telemetry: None,
        }
    }
}

impl Default for Workload {
    fn default() -> Self {
        Self { name: "page".into(), path: "/".into(), load: RunLoad::default() }
    }
}

impl From<&ComparisonSpec> for CampaignSpec {
    /// The campaign of a single cell.
    fn from(spec: &ComparisonSpec) -> Self {
        let workload = Workload { path: spec.path.clone(), load: spec.load.clone(), ..Workload::default() };
        Self {
            arms: spec.arms.clone(),
            workloads: vec![workload],
            rounds: spec.rounds,
            seed: spec.seed,
            upstream: spec.upstream.clone(),
            judge: spec.judge.clone(),
            telemetry: spec.telemetry.clone(),
            ..Self::default()
        }
    }
}

impl CampaignSpec {
    /// Every workload at every point, as comparisons: workload by workload, in the order of the specification.
    pub fn cells(&self) -> Vec<CellSpec> {
        let points = |workload: &Workload| match self.points.as_slice() {
            [] => vec![(String::new(), workload.load.pace.clone())],
            points => points.iter().map(|point| (point.name.clone(), point.pace.clone())).collect(),
        };
        let cell = |workload: &Workload, (point, pace): (String, Pace)| CellSpec {
            workload: workload.name.clone(),
            point,
            comparison: ComparisonSpec {
                arms: self.arms.clone(),
                rounds: self.rounds,
                seed: self.seed,
                upstream: self.upstream.clone(),
                path: workload.path.clone(),
                load: RunLoad { pace, ..workload.load.clone() },
                judge: self.judge.clone(),
                telemetry: self.telemetry.clone(),
            },
        };
        self.workloads
            .iter()
            .flat_map(|workload| points(workload).into_iter().map(|point| cell(workload, point)))
            .collect()
    }

    /// Refuses what cannot be compared, naming the field.
    ///
    /// # Errors
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) with the field as its place.
    pub fn check(&self) -> Result<()> {
        if self.workloads.is_empty() {
            return Err(Error::invalid("workloads", "nothing to ask for")
                .expected("at least one workload")
                .found("none"));
        }
        unique("workloads", self.workloads.iter().map(|workload| workload.name.as_str()))?;
        unique("points", self.points.iter().map(|point| point.name.as_str()))?;
        for (index, workload) in self.workloads.iter().enumerate() {
            if !workload.path.starts_with('/') {
                return Err(Error::invalid(format!("workloads[{index}].path"), "not a path")
                    .expected("text that begins with /")
                    .found(&workload.path));
            }
        }
        // Paths are fine, so that what is left concerns all cells alike.
        self.cells().first().map_or(Ok(()), |cell| cell.comparison.check())?;
        let grows = self.looks.windows(2).all(|pair| pair[0] < pair[1]);
        let ends = (self.looks.first(), self.looks.last());
        if let (Some(first), Some(last)) = ends
            && !(grows && *first >= self.judge.min_runs && *last <= self.rounds)
        {
            let expected = format!("growing numbers from {} to {}", self.judge.min_runs, self.rounds);
            return Err(Error::invalid("looks", "not a plan of looks")
                .expected(expected)
                .found(format!("{:?}", self.looks)));
        }
        if !(self.expected_noise > 0.0 && self.expected_noise <= 1.0) {
            let found = self.expected_noise.to_string();
            return Err(Error::invalid("expected_noise", "out of range").expected("above 0, at most 1").found(found));
        }
        if self.budget.is_some_and(|budget| budget.is_zero()) {
            return Err(Error::invalid("budget", "out of range").expected("above zero").found("0s"));
        }
        Ok(())
    }
}

fn unique<'a>(place: &str, names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut seen = std::collections::BTreeSet::new();
    for (index, name) in names.enumerate() {
        let place = || format!("{place}[{index}].name");
        if name.is_empty() {
            return Err(Error::invalid(place(), "no name").expected("text"));
        }
        if !seen.insert(name) {
            return Err(Error::invalid(place(), "a second one of this name").found(name));
        }
    }
    Ok(())
}

/// A workload at a point of load.
///
/// ```
/// let cells = meshery_core::CampaignSpec::default().cells();
/// assert_eq!((cells[0].workload.as_str(), cells[0].point.as_str()), ("page", ""));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CellSpec {
    /// The workload's name.
    pub workload: String,
    /// The point's name; empty when there are no points.
    pub point: String,
    /// What is compared there.
    pub comparison: ComparisonSpec,
}

/// What a campaign will do, and what it will be able to show: to be read before it starts.
///
/// ```
/// fn hours(plan: &meshery_core::campaign::CampaignPlan) -> f64 {
///     plan.takes.as_secs_f64() / 3600.0
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignPlan {
    /// Runs of all arms in all cells, if no look and no budget ends it early.
    pub runs: u32,
    /// About how long they take.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub takes: Duration,
    /// Blocks that each cell gets: fewer than the rounds when the budget does not suffice.
    pub blocks: u32,
    /// What that many blocks are expected to show, by metric.
    pub power: Vec<PredictedPower>,
    /// What to reconsider before it starts.
    pub warnings: Vec<Reason>,
}

/// What a number of pairs of runs is expected to show of a metric.
///
/// ```
/// fn worth_it(power: &meshery_core::campaign::PredictedPower) -> bool {
///     power.chance >= 0.8
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PredictedPower {
    /// The metric.
    pub metric: String,
    /// The margin, relative.
    pub margin: f64,
    /// The chance to see a difference of the margin, 0..=1.
    pub chance: f64,
    /// The smallest difference that is seen in four cases out of five, relative.
    pub detectable: Option<f64>,
    /// Pairs of runs that see a difference of the margin in four cases out of five.
    pub runs_for_difference: Option<u32>,
    /// Pairs of runs that show in four cases out of five that there is none, when there is none.
    pub runs_for_equivalence: Option<u32>,
}

/// One workload at one point of load, compared.
///
/// ```
/// fn title(cell: &meshery_core::campaign::Cell) -> String {
///     format!("{} {}", cell.workload, cell.point).trim_end().to_owned()
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The workload's name.
    pub workload: String,
    /// The point's name; empty when there are no points.
    pub point: String,
    /// Whether a look found all settled before the last round.
    pub settled_early: bool,
    /// Every run and every verdict.
    pub comparison: Comparison,
}

/// The result of a campaign.
///
/// ```
/// use meshery_core::{Campaign, Verdict};
///
/// fn is_worse_anywhere(campaign: &Campaign) -> bool {
///     let effects = campaign.cells.iter().flat_map(|cell| &cell.comparison.effects);
///     effects.into_iter().any(|effect| effect.verdict == Verdict::Regressed)
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// The version of this format, see [`FORMAT`](crate::comparison::FORMAT).
    pub format: u32,
    /// What was asked for.
    pub spec: CampaignSpec,
    /// What was foreseen.
    pub plan: CampaignPlan,
    /// The seed of every order.
    pub seed: u64,
    /// When it began, in nanoseconds since the Unix epoch.
    pub started_unix_ns: u64,
    /// How often it was begun or resumed.
    pub sessions: u32,
    /// How long all runs took together.
    #[serde(with = "duration")]
    #[schemars(schema_with = "duration_schema")]
    pub took: Duration,
    /// Every workload at every point. The p-values of all of them are corrected together.
    pub cells: Vec<Cell>,
    /// What to know about the whole.
    pub warnings: Vec<Reason>,
    /// How it ended.
    pub end: End,
}

impl Campaign {
    /// What was found of a workload at a point; `""` where there are no points.
    pub fn cell(&self, workload: &str, point: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.workload == workload && cell.point == point)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> CampaignSpec {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_comparison_is_a_campaign_of_one_cell() {
        let one = ComparisonSpec { path: "/x".into(), seed: Some(7), ..ComparisonSpec::default() };
        let campaign = CampaignSpec::from(&one);
        campaign.check().unwrap();
        assert_eq!(campaign.cells().into_iter().map(|cell| cell.comparison).collect::<Vec<_>>(), [one]);
    }

    #[test]
    fn mistakes_name_their_place() {
        for (text, place) in [
            (r#"{ "workloads": [] }"#, "workloads"),
            (r#"{ "workloads": [{ "name": "a" }, { "name": "a" }] }"#, "workloads[1].name"),
            (r#"{ "workloads": [{ "name": "a", "path": "x" }] }"#, "workloads[0].path"),
            (r#"{ "points": [{ "name": "", "pace": "closed" }] }"#, "points[0].name"),
            (r#"{ "rounds": 10, "looks": [5, 20] }"#, "looks"),
            (r#"{ "rounds": 10, "looks": [2, 10] }"#, "looks"),
            (r#"{ "expected_noise": 0.0 }"#, "expected_noise"),
            (r#"{ "budget": "0s" }"#, "budget"),
            (r#"{ "rounds": 0 }"#, "rounds"),
        ] {
            assert_eq!(spec(text).check().unwrap_err().report().place.as_deref(), Some(place), "{text}");
        }
    }
}
