//! What is compared: each metric reads one value from a run.

use std::time::Duration;

use meshery_core::comparison::{ProcessUse, Run, Scale, Unit};
use meshery_core::plan::Role;

/// A metric: its name, and all that judging it takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Metric {
    pub(crate) name: String,
    pub(crate) unit: Unit,
    pub(crate) scale: Scale,
    pub(crate) higher_is_better: bool,
    /// Differences within ± this are negligible, on the metric's scale.
    pub(crate) margin: f64,
    pub(crate) read: Read,
}

/// Where the value is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Read {
    Latency(f64),
    Throughput,
    Errors,
    /// Of one process, or of all proxies together.
    Cpu(Option<String>),
    Memory(Option<String>),
}

const MICROSECOND: f64 = 1e3;
const MEBIBYTE: f64 = 1024.0 * 1024.0;

/// The metrics that do not depend on processes. Margins are those of the reference: 3 % for the median, 5 % to p99,
/// 10 % beyond; a tenth of a percent of requests; 1 µs of processor time a request; 1 MiB.
pub(crate) fn of_load() -> Vec<Metric> {
    let latency = |name: &str, quantile, margin| Metric {
        name: format!("latency.{name}"),
        unit: Unit::Nanoseconds,
        scale: Scale::Relative,
        higher_is_better: false,
        margin,
        read: Read::Latency(quantile),
    };
    vec![
        latency("p50", 0.5, 0.03),
        latency("p90", 0.9, 0.05),
        latency("p99", 0.99, 0.05),
        latency("p99.9", 0.999, 0.10),
        Metric {
            name: "throughput".into(),
            unit: Unit::PerSecond,
            scale: Scale::Relative,
            higher_is_better: true,
            margin: 0.03,
            read: Read::Throughput,
        },
        Metric {
            name: "errors".into(),
            unit: Unit::Share,
            scale: Scale::Absolute,
            higher_is_better: false,
            margin: 0.001,
            read: Read::Errors,
        },
    ]
}

/// The overhead of the proxies together, and of each.
pub(crate) fn of_processes(names: &[String]) -> Vec<Metric> {
    let subjects = || std::iter::once(None).chain(names.iter().cloned().map(Some));
    let metric = |base: &str, subject: &Option<String>, unit, margin, read| Metric {
        name: subject.as_ref().map_or_else(|| base.to_owned(), |subject| format!("{base}/{subject}")),
        unit,
        scale: Scale::Absolute,
        higher_is_better: false,
        margin,
        read,
    };
    let cpu = subjects().map(|subject| {
        metric("cpu_per_1000_requests", &subject, Unit::NanosecondsPerRequest, MICROSECOND, Read::Cpu(subject.clone()))
    });
    let memory =
        subjects().map(|subject| metric("memory", &subject, Unit::Bytes, MEBIBYTE, Read::Memory(subject.clone())));
    cpu.chain(memory).collect()
}

impl Metric {
    /// The value in a run; `None` when the run cannot support one.
    pub(crate) fn value(&self, run: &Run) -> Option<f64> {
        let measurement = run.measurement.as_ref()?;
        let phase = &measurement.measured;
        let answered = phase.service.count();
        let proxies = |subject: &Option<String>, read: fn(&ProcessUse) -> f64| -> f64 {
            run.processes.iter().filter(|used| is_of(used, subject.as_deref())).map(read).sum()
        };
        match &self.read {
            Read::Latency(quantile) if phase.response.count() < least_samples(*quantile) => None,
            Read::Latency(quantile) => phase.response.quantile(*quantile).map(nanos),
            Read::Throughput => measurement.throughput.map(meshery_core::Rate::get),
            Read::Errors => Some(phase.counts.failure_share()),
            Read::Cpu(subject) if answered > 0 => Some(proxies(subject, |used| nanos(used.cpu)) / answered as f64),
            Read::Cpu(_) => None,
            Read::Memory(subject) => Some(proxies(subject, |used| used.memory_bytes as f64)),
        }
    }
}

/// Whether a process is part of a mesh's overhead, and the one asked for.
fn is_of(used: &ProcessUse, subject: Option<&str>) -> bool {
    used.role != Role::Workload && subject.is_none_or(|name| used.name == name)
}

/// The smallest sample in which a quantile has a two-sided 95 % rank interval at all: below it, the largest value is not
/// with 97.5 % certainty above the quantile. qⁿ ≤ 0.025.
pub(crate) fn least_samples(quantile: f64) -> u64 {
    (0.025_f64.ln() / quantile.ln()).ceil() as u64
}

fn nanos(time: Duration) -> f64 {
    time.as_nanos() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_quantiles_need_large_samples() {
        assert_eq!([0.5, 0.9, 0.99, 0.999].map(least_samples), [6, 36, 368, 3688]);
    }
}
