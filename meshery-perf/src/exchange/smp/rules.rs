//! What a document must say, and what contradicts itself.

use meshery_core::units::duration;

use super::model::{
    Client, EnvironmentConfig, Latency, PerformanceTestConfig, PerformanceTestResult, ServiceMeshConfig,
};
use super::problems::Problems;
use super::{Document, MeshType, Protocol};

/// The problem of a number that JSON does not have.
pub(super) const NO_NUMBER: &str = "not a finite number";
const MISSING: &str = "missing";

pub(super) fn check(document: &Document, problems: &mut Problems) {
    let Document {
        performance_test_config: config,
        performance_test_result: result,
        service_mesh_config: mesh,
        environment_config: environment,
        ..
    } = document;
    if let Some(config) = config {
        problems.within("performance_test_config", |problems| check_config(config, problems));
    }
    if let Some(mesh) = mesh {
        problems.within("service_mesh_config", |problems| check_mesh(mesh, problems));
    }
    let Some(result) = result else { return };
    problems.within("performance_test_result", |problems| {
        check_result(result, problems);
        let config_id = |config: &PerformanceTestConfig| config.id.clone();
        refers(problems, "test_id", result.test_id.as_ref(), config.as_ref().and_then(config_id));
        let mesh_id = |mesh: &ServiceMeshConfig| mesh.id.clone();
        refers(problems, "mesh_config_id", result.mesh_config_id.as_ref(), mesh.as_ref().and_then(mesh_id));
        let environment_id = |environment: &EnvironmentConfig| environment.id.clone();
        refers(problems, "env_id", result.env_id.as_ref(), environment.as_ref().and_then(environment_id));
    });
}

/// What a test cannot be run without; Meshery's schemas ask for the same.
fn check_config(config: &PerformanceTestConfig, problems: &mut Problems) {
    if config.name.as_ref().is_none_or(String::is_empty) {
        problems.add_at("name", MISSING, "a name", &"nothing");
    }
    match config.duration.as_deref() {
        None | Some("") => problems.add_at("duration", MISSING, "a time, such as 30s or 1m30s", &"nothing"),
        Some(text) if !is_duration(text) => problems.add_at("duration", "not a time", "such as 30s or 1m30s", &text),
        Some(_) => {}
    }
    if config.clients.is_empty() {
        problems.add_at("clients", MISSING, "at least one client", &"none");
    }
    for (index, client) in config.clients.iter().enumerate() {
        problems.within(&format!("clients[{index}]"), |problems| check_client(client, problems));
    }
}

fn check_client(client: &Client, problems: &mut Problems) {
    if client.endpoint_urls.is_empty() {
        problems.add_at("endpoint_urls", MISSING, "at least one URL", &"none");
    }
    if client.protocol == Some(Protocol::Invalid) {
        problems.add_at("protocol", "no protocol", "PROTOCOL_HTTP or another", &Protocol::Invalid.name());
    }
}

fn check_result(result: &PerformanceTestResult, problems: &mut Problems) {
    for (name, time) in [("start_time", result.start_time), ("end_time", result.end_time)] {
        if time.is_none() {
            problems.add_at(name, MISSING, "a time", &"nothing");
        }
    }
    if result.start_time.zip(result.end_time).is_some_and(|(start, end)| end < start) {
        problems.add_at("end_time", "the end before the beginning", "start_time or later", &"earlier");
    }
    match &result.latencies_ms {
        Some(latency) => problems.within("latencies_ms", |problems| check_latency(latency, problems)),
        None => problems.add_at("latencies_ms", MISSING, "latencies", &"nothing"),
    }
}

/// Percentiles rise, and the mean lies between the extremes.
fn check_latency(latency: &Latency, problems: &mut Problems) {
    let Latency { min, average, p50, p90, p99, max, .. } = latency;
    let rising = [("min", min), ("p50", p50), ("p90", p90), ("p99", p99), ("max", max)];
    let mut below: Option<(&str, f64)> = None;
    for (name, value) in rising.into_iter().filter_map(|(name, value)| Some((name, (*value)?))) {
        if let Some((lower, least)) = below.filter(|(_, least)| value < *least) {
            problems.add_at(name, "percentiles do not rise", &format!("at least {lower}, {least}"), &value);
        }
        below = Some((name, value));
    }
    let Some(mean) = average else { return };
    if min.is_some_and(|min| *mean < min) || max.is_some_and(|max| *mean > max) {
        problems.add_at("average", "the mean is not between the extremes", "min to max", mean);
    }
}

fn check_mesh(mesh: &ServiceMeshConfig, problems: &mut Problems) {
    if mesh.mesh_type.as_ref().is_some_and(|mesh| mesh.r#type == Some(MeshType::Invalid)) {
        problems.add_at("mesh_type.type", "no mesh", "ISTIO or another, or nothing", &MeshType::Invalid.name());
    }
    let rate = mesh.mesh_policy.as_ref().and_then(|policy| policy.cache_hit_rate);
    if let Some(rate) = rate.filter(|rate| rate.0 > 100) {
        problems.add_at("mesh_policy.cache_hit_rate", "more than all", "0 to 100", &rate.0);
    }
}

/// A reference to a message of the same document must be to that message.
fn refers(problems: &mut Problems, name: &str, reference: Option<&String>, id: Option<String>) {
    if let (Some(reference), Some(id)) = (reference, id)
        && *reference != id
    {
        problems.add_at(name, "refers to another message", &id, reference);
    }
}

/// Whether a text is a duration as Go writes them: a minute is `m` there, never `min`.
fn is_duration(text: &str) -> bool {
    !text.contains("min") && duration::parse(text).is_ok()
}
