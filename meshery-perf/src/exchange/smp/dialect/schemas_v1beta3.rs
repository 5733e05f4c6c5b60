//! Meshery's schemas of version v1beta3, which replace SMP there: a test, a profile, or the result of a run.

use std::collections::BTreeMap;

use meshery_core::Result;
use serde_json::Value;

use super::draft_2020::{lower_protocol, objects, snake};
use super::translate::{each, mesh, translate};
use super::{Dialect, current, runner};
use crate::exchange::smp::reader::{Object, Reader, camel};
use crate::exchange::smp::units::UNIT_LABEL;
use crate::exchange::smp::warning::Noticed;
use crate::exchange::smp::{Client, Document, Int32, Int64, PerformanceTestConfig, PerformanceTestResult, Protocol};

pub(super) const DIALECT: Dialect = Dialect {
    name: "schemas-v1beta3",
    about: "meshery/schemas v1beta3: PerformanceTestConfig with protocols in lower case, PerformanceProfile, PerformanceResult",
    is: |object| kind(object).is_some(),
    read: |object, reader| match kind(&object) {
        Some(Kind::Profile) => profile(object, reader),
        Some(Kind::Result) => result(object, reader),
        _ => test(object, reader),
    },
};

enum Kind {
    Profile,
    Result,
    Test,
}

fn has(object: &Object, name: &str) -> bool {
    object.contains_key(name) || object.contains_key(&camel(name))
}

fn kind(object: &Object) -> Option<Kind> {
    let clients = || objects(object, "clients");
    let old = || clients().any(|client| client.contains_key("endpointUrl"));
    if has(object, "runner_results") && !has(object, "latencies_ms") {
        Some(Kind::Result)
    } else if (has(object, "load_generators") || has(object, "concurrent_request")) && !has(object, "clients") {
        Some(Kind::Profile)
    } else if clients().any(lower_protocol) && !clients().any(snake) && !old() && !has(object, "smps_version") {
        Some(Kind::Test)
    } else {
        None
    }
}

fn test(mut object: Object, reader: &mut Reader) -> Result<Document> {
    each(&mut object, "clients", reader, |client, reader| {
        translate(client, "protocol", |name| Protocol::called(name).map(|name| name.name().into()), reader);
    });
    current::read(object, reader)
}

fn profile(mut object: Object, reader: &mut Reader) -> Result<Document> {
    let generators: Vec<String> = reader.field(&mut object, "load_generators")?;
    let client = Client {
        connections: reader.field::<Option<Int32>>(&mut object, "concurrent_request")?,
        rps: reader.field::<Option<Int64>>(&mut object, "qps")?,
        headers: pairs(&mut object, "request_headers", reader),
        cookies: pairs(&mut object, "request_cookies", reader),
        body: reader.field(&mut object, "request_body")?,
        content_type: reader.field(&mut object, "content_type")?,
        endpoint_urls: reader.field(&mut object, "endpoints")?,
        ..Client::default()
    };
    let generators = if generators.is_empty() { vec![None] } else { generators.into_iter().map(Some).collect() };
    let clients = generators.into_iter().map(|load_generator| Client { load_generator, ..client.clone() }).collect();
    let name: Option<String> = reader.field(&mut object, "service_mesh")?;
    let service_mesh_config = name.and_then(|name| mesh(&name, "serviceMesh", reader));
    let config = PerformanceTestConfig {
        id: reader.field(&mut object, "id")?,
        name: reader.field(&mut object, "name")?,
        duration: reader.field(&mut object, "duration")?,
        clients,
        extra: object,
        ..PerformanceTestConfig::default()
    };
    Ok(Document { performance_test_config: Some(config), service_mesh_config, ..Document::default() })
}

/// Headers and cookies are JSON within a text. What is none stays as it is.
fn pairs(object: &mut Object, name: &str, reader: &mut Reader) -> BTreeMap<String, String> {
    let said = if object.contains_key(name) { name.to_owned() } else { camel(name) };
    let Some(Value::String(text)) = object.get(&said) else { return BTreeMap::new() };
    let read = if text.is_empty() { Ok(BTreeMap::new()) } else { serde_json::from_str(text) };
    if let Ok(pairs) = read {
        object.shift_remove(&said);
        return pairs;
    }
    reader.warn_at(&said, Noticed::Assumed, text.clone(), "no pairs: it is no JSON object of texts");
    BTreeMap::new()
}

fn result(mut object: Object, reader: &mut Reader) -> Result<Document> {
    let said = if object.contains_key("runner_results") { "runner_results" } else { "runnerResults" };
    let run = reader.within(said, |reader| runner::read(object.get(said), reader))?;
    // Where the load generator says it, what Meshery says stays unknown: it has been wrong by the time zone.
    let start_time = if run.start.is_some() { run.start } else { reader.field(&mut object, "test_start_time")? };
    let name: Option<String> = reader.field(&mut object, "mesh")?;
    let service_mesh_config = name.and_then(|name| mesh(&name, "mesh", reader));
    let id: Option<String> = reader.field(&mut object, "meshery_id")?;
    let unit = run.latency.as_ref().map(|_| (UNIT_LABEL.to_owned(), "ms, converted from fortio's s".to_owned()));
    let result = PerformanceTestResult {
        id,
        labels: unit.into_iter().collect(),
        start_time,
        end_time: run.end,
        latencies_ms: run.latency,
        actual_qps: run.rate,
        test_id: reader.field(&mut object, "test_id")?,
        extra: object,
        ..PerformanceTestResult::default()
    };
    Ok(Document {
        performance_test_config: run.config,
        performance_test_result: Some(result),
        service_mesh_config,
        environment_config: run.environment,
        ..Document::default()
    })
}
