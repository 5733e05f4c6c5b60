//! From what was measured to a document.

mod ids;
pub mod labels;
mod overhead;
mod sample;

pub use ids::Ids;
use meshery_core::comparison::{Arm, Run};
use meshery_core::units::duration;
use meshery_core::{Comparison, Error, ErrorKind, LoadSpec, Measurement, Result, Stop};
use sample::Sample;

use super::{
    Client, Document, EnvironmentConfig, Int32, Int64, MeshType, Node, PerformanceTestConfig, PerformanceTestResult,
    Protocol, ServiceMesh, ServiceMeshConfig, Timestamp,
};
use crate::compare::judge::is_valid;
use crate::exchange::without_secrets;

/// The version of the specification that documents say they follow: the one that Meshery writes.
const SMP_VERSION: &str = "v0.0.1";

impl Document {
    /// What was measured, as a test and its result. Latencies are response times, from the intended send time; what SMP
    /// has no field for stands in [labels](mod@labels). Requests, headers and credentials are left out.
    ///
    /// ```
    /// use meshery_core::load::Tool;
    /// use meshery_core::{LoadSpec, Measurement};
    /// use meshery_perf::exchange::smp::{Document, Ids};
    ///
    /// let tool = Tool { name: "meshery".into(), version: "0.1.0".into() };
    /// let mut found = Measurement::new(tool, &LoadSpec::new("http://127.0.0.1:8080/"));
    /// found.measured.response.record_nanos(400_000);
    /// let document = Document::of_measurement(&found, &Ids::from_seed(7)).unwrap();
    /// let latency = document.performance_test_result.unwrap().latencies_ms.unwrap();
    /// assert!((latency.p50.unwrap() - 0.4).abs() < 0.001, "milliseconds");
    /// ```
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) when nothing was measured.
    pub fn of_measurement(measurement: &Measurement, ids: &Ids) -> Result<Self> {
        let sample = Sample::of([measurement].into_iter()).ok_or_else(|| nothing("the measurement has no latency"))?;
        let name = without_secrets(&measurement.spec.target);
        Ok(Self {
            performance_test_config: Some(config(&sample, name, ids)),
            performance_test_result: Some(result(&sample, ids)),
            ..Self::default()
        })
    }

    /// All valid runs of an arm of a comparison together, with the mesh, what its processes used, and where it ran. An
    /// arm without a mesh has no mesh either.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) for an arm that is not in the comparison,
    /// [`Unsupported`](ErrorKind::Unsupported) when it has no valid run.
    pub fn of_arm(comparison: &Comparison, arm: &str, ids: &Ids) -> Result<Self> {
        let unknown = || {
            let names: Vec<_> = comparison.arms.iter().map(|arm| arm.spec.name.as_str()).collect();
            Error::invalid("arm", "unknown arm").expected(format!("one of {}", names.join(", "))).found(arm)
        };
        let arm = comparison.arms.iter().find(|known| known.spec.name == arm).ok_or_else(unknown)?;
        let runs: Vec<&Run> = arm.runs.iter().filter(|run| is_valid(run)).collect();
        let nothing = || nothing("the arm has no valid run").with("arm", &arm.spec.name);
        let sample = Sample::of(runs.iter().filter_map(|run| run.measurement.as_ref())).ok_or_else(nothing)?;
        let mut result = result(&sample, ids);
        result.mesh_config_id = Some(ids.mesh.clone());
        result.env_id = Some(ids.environment.clone());
        result.labels.extend(labels::of_arm(arm, runs.len()));
        Ok(Self {
            performance_test_config: Some(config(&sample, arm.spec.name.clone(), ids)),
            performance_test_result: Some(result),
            service_mesh_config: Some(mesh(arm, &runs, &sample, ids)),
            environment_config: Some(environment(comparison, ids)),
            ..Self::default()
        })
    }
}

fn nothing(message: &str) -> Error {
    Error::new(ErrorKind::Unsupported, message).expected("latencies").found("none")
}

fn config(sample: &Sample<'_>, name: String, ids: &Ids) -> PerformanceTestConfig {
    let spec = &sample.first.spec;
    PerformanceTestConfig {
        smp_version: Some(SMP_VERSION.into()),
        id: Some(ids.test.clone()),
        name: Some(name),
        labels: labels::of_load(spec),
        clients: vec![client(sample.first)],
        duration: Some(lasts(spec, sample)),
        ..PerformanceTestConfig::default()
    }
}

/// How long a load lasts, as Go writes it.
fn lasts(spec: &LoadSpec, sample: &Sample<'_>) -> String {
    match spec.stop {
        Stop::Duration(time) => duration::format(time),
        _ => duration::format(sample.first.window),
    }
}

fn client(measurement: &Measurement) -> Client {
    let spec = &measurement.spec;
    Client {
        load_generator: Some(measurement.tool.name.clone()),
        protocol: protocol(&spec.protocol),
        connections: Some(Int32(spec.connections.into())),
        rps: measurement.asked.map(|rate| Int64(rate.get().round() as i64)),
        endpoint_urls: vec![without_secrets(&spec.target)],
        ..Client::default()
    }
}

/// The proto tells four protocols apart; which of the versions of HTTP it is stands in a label.
fn protocol(name: &str) -> Option<Protocol> {
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    Protocol::called(name)
}

fn result(sample: &Sample<'_>, ids: &Ids) -> PerformanceTestResult {
    PerformanceTestResult {
        smp_version: Some(SMP_VERSION.into()),
        id: Some(ids.result.clone()),
        labels: labels::of_sample(sample),
        start_time: Some(Timestamp(sample.started_unix_ns)),
        end_time: Some(Timestamp(sample.ended_unix_ns)),
        latencies_ms: Some(sample.latency()),
        actual_qps: sample.throughput(),
        test_id: Some(ids.test.clone()),
        ..PerformanceTestResult::default()
    }
}

fn mesh(arm: &Arm, runs: &[&Run], sample: &Sample<'_>, ids: &Ids) -> ServiceMeshConfig {
    let name = arm.spec.mesh.as_str();
    let mesh_type = MeshType::called(name).map(|r#type| ServiceMesh { r#type: Some(r#type), ..ServiceMesh::default() });
    ServiceMeshConfig {
        smp_version: Some(SMP_VERSION.into()),
        id: Some(ids.mesh.clone()),
        labels: labels::of_mesh(arm, runs),
        sidecar: overhead::sidecar(runs, sample.window),
        mesh_control_plane: overhead::control_plane(runs, sample.window),
        mtls_enabled: Some(arm.spec.mtls),
        proxy_build: overhead::proxy_build(arm, runs),
        mesh_type,
        ..ServiceMeshConfig::default()
    }
}

fn environment(comparison: &Comparison, ids: &Ids) -> EnvironmentConfig {
    let machine = &comparison.environment;
    let node = Node {
        r#type: Some(machine.processor.clone()).filter(|processor| !processor.is_empty()),
        cores: (machine.cores > 0).then_some(Int32(machine.cores.into())),
        mem_mb: (machine.memory_bytes > 0).then(|| Int64(overhead::megabytes(machine.memory_bytes as f64))),
        ..Node::default()
    };
    EnvironmentConfig {
        smp_version: Some(SMP_VERSION.into()),
        id: Some(ids.environment.clone()),
        labels: labels::of_machine(machine),
        nodes: vec![node],
        ..EnvironmentConfig::default()
    }
}
