//! The sample documents of the specification's README, older than its proto; Meshery wrote such files.

use meshery_core::Result;
use serde_json::Value;

use super::Dialect;
use super::draft_2020::CPU;
use super::translate::{each, finish, lift, listed, merge, rename, take, translate};
use crate::exchange::smp::reader::{Object, Reader, short};
use crate::exchange::smp::warning::Noticed;
use crate::exchange::smp::{Document, Protocol};

pub(super) const DIALECT: Dialect = Dialect {
    name: "readme-sample",
    about: "samples of 2019 and 2020: `client`, `env`, `config`, `metrics` and `exp_uuid` in one document, and seconds \
            under `latencies_ms`",
    is,
    read,
};

/// The most machines that a count makes.
const MOST_NODES: u64 = 10_000;
const PARTS: [&str; 5] = ["ingress_gateway", "sidecars", "mesh_telemetry", "mesh_policy", "mesh_control_plane"];

fn is(object: &Object) -> bool {
    let inner = |name: &str| object.get(name).is_some_and(Value::is_object);
    inner("client") || (inner("env") && inner("metrics"))
}

/// The four messages while they are filled.
#[derive(Default)]
struct Parts {
    config: Object,
    result: Object,
    mesh: Object,
    environment: Object,
}

fn read(mut object: Object, reader: &mut Reader) -> Result<Document> {
    rename(&mut object, &[("SMPSVersion", "smp_version"), ("smps_version", "smp_version")], reader);
    let mut parts = Parts::default();
    client(&mut object, &mut parts, reader)?;
    environment(&mut object, &mut parts, reader)?;
    metrics(&mut object, &mut parts, reader)?;
    merge(take(&mut object, "config", reader)?, &mut parts.mesh, "config");
    for name in ["mesh_build", "proxy_build", "exp_group_uuid", "profile"] {
        lift(&mut object, name, &mut parts.mesh, name);
    }
    if let Some(id) = object.shift_remove("exp_uuid") {
        reader.warn_at("exp_uuid", Noticed::Assumed, short(&id), "the identifier of the result as well");
        parts.result.insert("id".into(), id.clone());
        parts.mesh.insert("exp_uuid".into(), id);
    }
    let Parts { config, mut result, mesh, environment } = parts;
    merge(object, &mut result, "document");
    Ok(Document {
        performance_test_config: finish(config, reader)?,
        performance_test_result: finish(result, reader)?,
        service_mesh_config: finish(mesh, reader)?,
        environment_config: finish(environment, reader)?,
        extra: Object::new(),
    })
}

fn client(object: &mut Object, parts: &mut Parts, reader: &mut Reader) -> Result<()> {
    let mut client = take(object, "client", reader)?;
    lift(&mut client, "latencies_ms", &mut parts.result, "latencies_ms");
    if let Some(rate) = client.get("rps").filter(|rate| !rate.is_null()) {
        reader.warn_at("client.rps", Noticed::Assumed, short(rate), "the rate that was reached, not the one asked for");
        lift(&mut client, "rps", &mut parts.result, "actual_qps");
    }
    lift(object, "endpoint_url", &mut client, "endpoint_urls");
    listed(&mut client, "endpoint_urls");
    reader.within("client", |reader| {
        translate(&mut client, "protocol", |name| Protocol::called(name).map(|name| name.name().into()), reader);
    });
    if !client.is_empty() {
        parts.config.insert("clients".into(), Value::Array(vec![client.into()]));
    }
    Ok(())
}

fn environment(object: &mut Object, parts: &mut Parts, reader: &mut Reader) -> Result<()> {
    let mut env = take(object, "env", reader)?;
    lift(&mut env, "kubernetes", &mut parts.environment, "kubernetes_version");
    let count = env.get("node_count").and_then(Value::as_u64).filter(|count| (1..=MOST_NODES).contains(count));
    match (env.get("node").cloned(), count) {
        (Some(node @ Value::Object(_)), count) => {
            let nodes = vec![node; count.map_or(1, |count| count as usize)];
            parts.environment.insert("nodes".into(), nodes.into());
            env.shift_remove("node");
            env.shift_remove("node_count");
        }
        (None, Some(count)) => {
            parts.environment.insert("nodes".into(), vec![Value::Object(Object::new()); count as usize].into());
            env.shift_remove("node_count");
        }
        _ => {}
    }
    merge(env, &mut parts.environment, "env");
    Ok(())
}

fn metrics(object: &mut Object, parts: &mut Parts, reader: &mut Reader) -> Result<()> {
    let mut metrics = take(object, "metrics", reader)?;
    let workloads: Vec<String> =
        metrics.keys().filter(|name| name.starts_with("individual_workload")).cloned().collect();
    for name in PARTS.into_iter().map(str::to_owned).chain(workloads.iter().cloned()) {
        each(&mut metrics, &name, reader, |part, reader| rename(part, &CPU, reader));
    }
    let workloads: Vec<Value> = workloads.iter().filter_map(|name| metrics.shift_remove(name)).collect();
    if !workloads.is_empty() {
        parts.environment.insert("individual_workloads".into(), workloads.into());
    }
    lift(&mut metrics, "sidecars", &mut parts.mesh, "sidecar");
    merge(metrics, &mut parts.mesh, "metrics");
    Ok(())
}
