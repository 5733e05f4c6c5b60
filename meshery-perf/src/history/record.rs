//! A result as a history keeps it: one value for each run, metric and arm.

use std::collections::BTreeMap;

use meshery_core::comparison::{Arm, Environment, Run};
use meshery_core::history::SeriesKey;
use meshery_core::{Comparison, Error, Result};
use serde::{Deserialize, Serialize};

use crate::compare::judge::is_valid;
use crate::compare::metrics::{self, Metric};
use crate::report::Subject;

/// A result with its name: an entry of a history, and a line of an exported one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) release: String,
    pub(super) recorded_unix_ns: u64,
    pub(super) seed: u64,
    pub(super) tool: String,
    pub(super) kernel: String,
    /// By arm and process.
    pub(super) versions: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) series: Vec<Values>,
}

/// The values of a series in one result, by block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Values {
    pub(super) key: SeriesKey,
    pub(super) values: BTreeMap<u32, f64>,
}

impl Record {
    /// # Errors
    /// `InvalidInput` when no run of the subject can be trusted.
    pub(super) fn of(subject: Subject<'_>, release: &str) -> Result<Self> {
        if release.is_empty() {
            return Err(Error::invalid("release", "no name").expected("text such as 1.2.0"));
        }
        let cells: Vec<_> =
            subject.cells().into_iter().map(|(_, comparison)| comparison).zip(subject.names()).collect();
        let series: Vec<Values> = cells.iter().flat_map(|(comparison, names)| of_cell(comparison, *names)).collect();
        let Some((first, _)) = cells.first().filter(|_| !series.is_empty()) else {
            return Err(Error::invalid("result", "no run of it can be trusted: there is nothing to keep"));
        };
        let arms = cells.iter().flat_map(|(comparison, _)| &comparison.arms);
        Ok(Self {
            release: release.into(),
            recorded_unix_ns: first.started_unix_ns,
            seed: first.seed,
            tool: first.tool.to_string(),
            kernel: first.environment.kernel.clone(),
            versions: arms.map(|arm| (arm.spec.name.clone(), arm.versions.clone())).collect(),
            series,
        })
    }
}

fn of_cell(comparison: &Comparison, names: (&str, &str)) -> Vec<Values> {
    // A control is the baseline a second time: no series of its own.
    let arms = comparison.arms.iter().filter(|arm| !arm.spec.control);
    arms.flat_map(|arm| of_arm(comparison, arm, names)).collect()
}

fn of_arm(comparison: &Comparison, arm: &Arm, (workload, point): (&str, &str)) -> Vec<Values> {
    let runs: Vec<&Run> = arm.runs.iter().filter(|run| is_valid(run)).collect();
    let values = |metric: Metric| {
        let values: BTreeMap<u32, f64> = runs
            .iter()
            .filter_map(|run| Some((run.block, metric.value(run).filter(|value| value.is_finite())?)))
            .collect();
        let key = SeriesKey {
            workload: workload.into(),
            point: point.into(),
            arm: arm.spec.name.clone(),
            mesh: arm.spec.mesh.clone(),
            configuration: configuration(comparison, arm),
            environment: machine(&comparison.environment),
            metric: metric.name,
            unit: metric.unit,
        };
        (!values.is_empty()).then_some(Values { key, values })
    };
    metrics::of_runs(&runs).into_iter().filter_map(values).collect()
}

/// What makes two arms of one name different: their settings, and the load.
fn configuration(comparison: &Comparison, arm: &Arm) -> String {
    let spec = &comparison.spec;
    let (path, load, upstream) = (&spec.path, &spec.load, spec.upstream.is_some());
    let (mtls, settings) = (arm.spec.mtls, &arm.spec.settings);
    serde_json::json!({ "mtls": mtls, "settings": settings, "path": path, "load": load, "own_upstream": upstream })
        .to_string()
}

/// The machine, without what an update changes.
fn machine(environment: &Environment) -> String {
    let gibibytes = (environment.memory_bytes as f64 / f64::from(1 << 30)).round();
    format!("{}, {}, {} cores, {gibibytes} GiB", environment.platform, environment.processor, environment.cores)
}
