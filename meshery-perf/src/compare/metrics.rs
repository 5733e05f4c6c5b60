//! What is compared: each metric reads one value from a run.

use std::collections::BTreeSet;
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
    CpuPerRequest(Subject),
    CpuPerConnection(Subject),
    Memory(Subject),
    MemoryPerConnection(Subject),
    Propagation(f64),
}

/// Whose processor time and memory: of one process, or of all in a role together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Subject {
    role: Role,
    process: Option<String>,
}

impl Subject {
    fn is(&self, used: &ProcessUse) -> bool {
        self.role == used.role && self.process.as_deref().is_none_or(|name| used.name == name)
    }
}

/// Who is overhead, and what its metrics are called before their own name. Each is a sum of its own: a machine holds the
/// processes that run on it, and a control plane serves more than one load.
const OVERHEAD: [(Role, &str); 3] = [(Role::Proxy, ""), (Role::ControlPlane, "control_plane."), (Role::Node, "node.")];

const MICROSECOND: f64 = 1e3;
const KIBIBYTE: f64 = 1024.0;
const MEBIBYTE: f64 = 1024.0 * 1024.0;

/// All metrics that these runs have values of.
pub(crate) fn of_runs(runs: &[&Run]) -> Vec<Metric> {
    let uses = runs.iter().flat_map(|run| &run.processes);
    let overhead = OVERHEAD.into_iter().flat_map(|(role, prefix)| {
        let names: BTreeSet<&str> =
            uses.clone().filter(|used| used.role == role).map(|used| used.name.as_str()).collect();
        of_role(role, prefix, &names)
    });
    let is_known = |metric: &Metric| runs.iter().any(|run| metric.value(run).is_some());
    of_load().into_iter().chain(overhead.chain(of_propagation()).filter(is_known)).collect()
}

/// The metrics that every run has. Margins are those of the reference: 3 % for the median, 5 % to p99, 10 % beyond; a
/// tenth of a percent of requests.
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

/// A metric whose margin does not depend on who it is of.
pub(crate) fn by_name(name: &str) -> Option<Metric> {
    of_load().into_iter().chain(of_propagation()).find(|metric| metric.name == name)
}

/// The overhead of those in a role together, and of each. Margins: 1 µs of processor time a request, a ten-thousandth of a
/// processor a connection; 1 MiB, 64 KiB a connection.
fn of_role(role: Role, prefix: &str, names: &BTreeSet<&str>) -> Vec<Metric> {
    if names.is_empty() {
        return Vec::new();
    }
    let metric = |base: &str, process: Option<&str>, unit, margin, read: fn(Subject) -> Read| Metric {
        name: process.map_or_else(|| format!("{prefix}{base}"), |process| format!("{prefix}{base}/{process}")),
        unit,
        scale: Scale::Absolute,
        higher_is_better: false,
        margin,
        read: read(Subject { role, process: process.map(str::to_owned) }),
    };
    let each = || std::iter::once(None).chain(names.iter().copied().map(Some));
    let cpu = |process| {
        metric("cpu_per_1000_requests", process, Unit::NanosecondsPerRequest, MICROSECOND, Read::CpuPerRequest)
    };
    let memory = |process| metric("memory", process, Unit::Bytes, MEBIBYTE, Read::Memory);
    let per_connection = [
        metric(
            "cpu_per_connection",
            None,
            Unit::NanosecondsPerConnectionSecond,
            100.0 * MICROSECOND,
            Read::CpuPerConnection,
        ),
        metric("memory_per_connection", None, Unit::BytesPerConnection, 64.0 * KIBIBYTE, Read::MemoryPerConnection),
    ];
    each().map(cpu).chain(each().map(memory)).chain(per_connection).collect()
}

/// How long changes of configuration take to reach proxies. The margin is 10 %: it is a matter of tens of milliseconds, with
/// pauses in it that are meant to gather changes.
fn of_propagation() -> Vec<Metric> {
    let metric = |(name, quantile)| Metric {
        name: format!("propagation.{name}"),
        unit: Unit::Nanoseconds,
        scale: Scale::Relative,
        higher_is_better: false,
        margin: 0.10,
        read: Read::Propagation(quantile),
    };
    [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)].map(metric).into()
}

impl Metric {
    /// The value in a run; `None` when the run cannot support one.
    pub(crate) fn value(&self, run: &Run) -> Option<f64> {
        let measurement = run.measurement.as_ref()?;
        let phase = &measurement.measured;
        let answered = phase.service.count() as f64;
        let sum = |subject: &Subject, read: fn(&ProcessUse) -> f64| -> f64 {
            run.processes.iter().filter(|used| subject.is(used)).map(read).sum()
        };
        let connections = f64::from(measurement.spec.connections);
        match &self.read {
            Read::Latency(quantile) if phase.response.count() < least_samples(*quantile) => None,
            Read::Latency(quantile) => phase.response.quantile(*quantile).map(nanos),
            Read::Throughput => measurement.throughput.map(meshery_core::Rate::get),
            Read::Errors => Some(phase.counts.failure_share()),
            Read::CpuPerRequest(subject) => per(sum(subject, cpu), answered),
            Read::CpuPerConnection(subject) => per(sum(subject, cpu), connections * measurement.window.as_secs_f64()),
            Read::Memory(subject) => Some(sum(subject, memory)),
            Read::MemoryPerConnection(subject) => per(sum(subject, memory), connections),
            Read::Propagation(quantile) => propagated(run, *quantile),
        }
    }
}

fn cpu(used: &ProcessUse) -> f64 {
    nanos(used.cpu)
}

fn memory(used: &ProcessUse) -> f64 {
    used.memory_bytes as f64
}

/// A share of something that there is.
fn per(sum: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| sum / of)
}

/// A quantile of so few that none of them lies beyond it would only be the largest by another name.
fn propagated(run: &Run, quantile: f64) -> Option<f64> {
    let propagation = run.propagation.as_ref()?;
    let enough = propagation.count() as f64 * (1.0 - quantile) >= 1.0 - 1e-9;
    propagation.quantile(quantile).filter(|_| enough).map(nanos)
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
    use meshery_core::comparison::Propagation;
    use meshery_core::load::Tool;
    use meshery_core::{Latencies, LoadSpec, Measurement};

    use super::*;

    fn run(roles: &[(Role, &str)], propagated: u64) -> Run {
        let tool = Tool { name: "meshery".into(), version: "0.1.0".into() };
        let spec = LoadSpec { connections: 4, ..LoadSpec::new("http://127.0.0.1/") };
        let mut measurement = Measurement::new(tool, &spec);
        measurement.window = Duration::from_secs(2);
        for _ in 0..1000 {
            measurement.measured.service.record_nanos(1000);
        }
        let used = |(role, name): &(Role, &str)| ProcessUse {
            name: (*name).into(),
            role: *role,
            cpu: Duration::from_millis(400),
            memory_bytes: 8 << 20,
            peak_memory_bytes: 8 << 20,
        };
        let mut times = Latencies::new();
        for millis in 1..=propagated {
            times.record(Duration::from_millis(millis));
        }
        let propagation = Propagation { source: "envoy".into(), times, unreached: 0 };
        Run {
            block: 1,
            order: 1,
            measurement: Some(measurement),
            processes: roles.iter().map(used).collect(),
            propagation: (propagated > 0).then_some(propagation),
            error: None,
        }
    }

    fn values(run: &Run) -> Vec<(String, f64)> {
        let named = |metric: Metric| Some((metric.name.clone(), metric.value(run)?));
        of_runs(&[run]).into_iter().filter_map(named).collect()
    }

    #[test]
    fn rare_quantiles_need_large_samples() {
        assert_eq!([0.5, 0.9, 0.99, 0.999].map(least_samples), [6, 36, 368, 3688]);
    }

    #[test]
    fn every_role_is_a_sum_of_its_own() {
        let all = [
            (Role::Proxy, "client"),
            (Role::Proxy, "server"),
            (Role::ControlPlane, "istiod"),
            (Role::Node, "worker-1"),
            (Role::Platform, "etcd"),
            (Role::Workload, "upstream"),
        ];
        let found = values(&run(&all, 0));
        for (name, value) in [
            ("cpu_per_1000_requests", 800_000.0),
            ("cpu_per_1000_requests/client", 400_000.0),
            ("cpu_per_connection", 100e6),
            ("memory", 16.0 * MEBIBYTE),
            ("memory_per_connection", 4.0 * MEBIBYTE),
            ("control_plane.cpu_per_1000_requests", 400_000.0),
            ("control_plane.memory/istiod", 8.0 * MEBIBYTE),
            ("node.memory", 8.0 * MEBIBYTE),
        ] {
            assert!(found.contains(&(name.to_owned(), value)), "{name}: {found:?}");
        }
        assert!(!found.iter().any(|(name, _)| name.contains("upstream") || name.contains("etcd")));
        assert!(values(&run(&[], 0)).iter().all(|(name, _)| !name.contains("memory")));
    }

    #[test]
    fn propagation_has_the_quantiles_that_its_count_supports() {
        let names = |propagated| -> Vec<String> {
            let found = values(&run(&[], propagated)).into_iter().map(|(name, _)| name);
            found.filter(|name| name.starts_with("propagation")).collect()
        };
        assert_eq!((names(0).len(), names(1).len()), (0, 0));
        assert_eq!((names(2).len(), names(10).len(), names(100).len()), (1, 2, 3));
    }
}
