//! What SMP has no field for, in labels. Every name begins with [`PREFIX`].
//!
//! | label | of | value |
//! |---|---|---|
//! | `meshery/latency.unit` | result | `ms`: no reader has to guess; see [`UNIT_LABEL`] |
//! | `meshery/latency.clock` | result | from where times count: `intended` send time |
//! | `meshery/latency.count` | result | number of times |
//! | `meshery/latency.p75`, `.p95`, `.p99.9`, `.p99.99` | result | further percentiles in milliseconds, where the sample is large enough to know them |
//! | `meshery/latency.histogram` | result | all times: HdrHistogram V2, deflated, in base64, in nanoseconds |
//! | `meshery/requests.scheduled`, `.sent`, `.failed` | result | counts of requests |
//! | `meshery/requests.fate.ok`, … | result | requests by how they ended |
//! | `meshery/requests.status.200`, … | result | answers by status |
//! | `meshery/bytes.sent`, `.received` | result | bytes on connections |
//! | `meshery/window` | result | the time that was measured, of all runs together |
//! | `meshery/valid` | result | `true`, or what speaks against the figures |
//! | `meshery/tool` | result | the load generator and its version |
//! | `meshery/arm`, `meshery/runs` | result | the arm of the comparison, and how many runs these figures are of |
//! | `meshery/pace`, `meshery/stop`, `meshery/protocol`, `meshery/warm-up`, `meshery/timeout` | test | the load as it was asked for |
//! | `meshery/mesh` | mesh | its name; SMP has none for no mesh, nor for a bare proxy |
//! | `meshery/version.NAME` | mesh | the version of each process |
//! | `meshery/NAME.cpu`, `meshery/NAME.memory_bytes` | mesh | processor time in the windows together and mean memory of each process, not rounded |
//! | `meshery/platform`, `meshery/kernel` | environment | operating system |

use std::collections::BTreeMap;

use meshery_core::comparison::{Arm, Environment, Run};
use meshery_core::plan::Role;
use meshery_core::units::duration;
use meshery_core::{Latencies, LoadSpec};

use super::overhead::{Used, by_process};
use super::sample::{Sample, millis};
use crate::exchange::smp::PerformanceTestResult;
use crate::exchange::smp::units::UNIT_LABEL;

/// With what the name of every label begins that this crate writes.
pub const PREFIX: &str = "meshery/";

/// Percentiles beside those that SMP has.
const FURTHER: [(&str, f64); 4] = [("p75", 0.75), ("p95", 0.95), ("p99.9", 0.999), ("p99.99", 0.9999)];
const HISTOGRAM: &str = "latency.histogram";

type Labels = BTreeMap<String, String>;

fn labels<'a>(pairs: impl IntoIterator<Item = (&'a str, String)>) -> Labels {
    pairs.into_iter().map(|(name, value)| (format!("{PREFIX}{name}"), value)).collect()
}

pub(super) fn of_sample(sample: &Sample<'_>) -> Labels {
    let (phase, first) = (&sample.phase, sample.first);
    let mut labels = labels([
        ("latency.clock", "intended".to_owned()),
        ("latency.count", phase.response.count().to_string()),
        ("requests.scheduled", phase.counts.scheduled.to_string()),
        ("requests.sent", phase.counts.sent.to_string()),
        ("requests.failed", phase.counts.failed().to_string()),
        ("bytes.sent", phase.bytes_sent.to_string()),
        ("bytes.received", phase.bytes_received.to_string()),
        ("window", duration::format(sample.window)),
        ("tool", first.tool.to_string()),
        ("valid", validity(sample)),
    ]);
    labels.insert(UNIT_LABEL.into(), "ms".into());
    labels.extend(percentiles(&phase.response));
    for (fate, count) in &phase.counts.fates {
        let name = serde_json::to_value(fate).unwrap_or_default();
        let name = name.as_str().unwrap_or_default();
        labels.insert(format!("{PREFIX}requests.fate.{name}"), count.to_string());
    }
    for (status, count) in &phase.counts.statuses {
        labels.insert(format!("{PREFIX}requests.status.{status}"), count.to_string());
    }
    if let Some(hdr) = encode(&phase.response) {
        labels.insert(format!("{PREFIX}{HISTOGRAM}"), hdr);
    }
    labels
}

fn validity(sample: &Sample<'_>) -> String {
    let reasons: Vec<_> = sample.first.validity.invalid.iter().map(ToString::to_string).collect();
    if reasons.is_empty() { "true".into() } else { reasons.join("; ") }
}

/// A quantile is known when the sample has, with 97.5 % certainty, a value beyond it: qⁿ ≤ 0.025.
fn percentiles(times: &Latencies) -> Labels {
    let known = |quantile: f64| quantile.powf(times.count() as f64) <= 0.025;
    let further = FURTHER.into_iter().filter(|(_, quantile)| known(*quantile));
    let named = further.filter_map(|(name, quantile)| Some((name, millis(times.quantile(quantile)?).to_string())));
    named.map(|(name, value)| (format!("{PREFIX}latency.{name}"), value)).collect()
}

/// As results of this crate have it.
fn encode(times: &Latencies) -> Option<String> {
    serde_json::to_value(times).ok()?.get("hdr")?.as_str().map(str::to_owned)
}

fn decode(hdr: &str) -> Option<Latencies> {
    let histogram = crate::exchange::hdr_log::decode(hdr).ok()?;
    Latencies::from_hdr(&histogram).ok()
}

pub(super) fn of_load(spec: &LoadSpec) -> Labels {
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    labels([
        ("pace", json(serde_json::to_string(&spec.pace))),
        ("stop", json(serde_json::to_string(&spec.stop))),
        ("protocol", spec.protocol.clone()),
        ("warm-up", duration::format(spec.warm_up)),
        ("timeout", duration::format(spec.timeout)),
    ])
}

pub(super) fn of_arm(arm: &Arm, runs: usize) -> Labels {
    labels([("arm", arm.spec.name.clone()), ("runs", runs.to_string())])
}

pub(super) fn of_mesh(arm: &Arm, runs: &[&Run]) -> Labels {
    let mut labels = labels([("mesh", arm.spec.mesh.as_str().to_owned())]);
    for (process, version) in &arm.versions {
        labels.insert(format!("{PREFIX}version.{process}"), version.clone());
    }
    for (process, used) in by_process(runs, |role| ![Role::Platform, Role::Workload].contains(&role)) {
        let Used { cpu, memory_bytes } = used;
        labels.insert(format!("{PREFIX}{process}.cpu"), duration::format(cpu));
        labels.insert(format!("{PREFIX}{process}.memory_bytes"), memory_bytes.round().to_string());
    }
    labels
}

pub(super) fn of_machine(machine: &Environment) -> Labels {
    let known = [("platform", &machine.platform), ("kernel", &machine.kernel)];
    labels(known.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.clone())))
}

impl PerformanceTestResult {
    /// All response times, where the document was written by this crate.
    ///
    /// ```
    /// use meshery_perf::exchange::smp::PerformanceTestResult;
    ///
    /// assert!(PerformanceTestResult::default().histogram().is_none());
    /// ```
    pub fn histogram(&self) -> Option<Latencies> {
        let hdr = self.labels.get(&format!("{PREFIX}{HISTOGRAM}"))?;
        decode(hdr)
    }
}
