//! The drafts of the proto from July to September 2020.

use meshery_core::Result;
use serde_json::{Value, json};

use super::translate::{each, listed, rename, translate};
use super::{Dialect, current};
use crate::exchange::smp::message::Message as _;
use crate::exchange::smp::reader::{Object, Reader, camel, short};
use crate::exchange::smp::warning::Noticed;
use crate::exchange::smp::{ApplicationProtocol, Client, Document, MeshType, Protocol, ServiceMeshConfig};

pub(super) const DIALECT: Dialect = Dialect {
    name: "draft-2020",
    about: "drafts of 2020: `smps_version`, `actual_QPS`, `endpoint_url`, `cpu_mCores`, names in lower case numbered from 0",
    is,
    read,
};

const TOP: [(&str, &str); 6] = [
    ("smps_version", "smp_version"),
    ("smpsVersion", "smp_version"),
    ("SMPSVersion", "smp_version"),
    ("actual_QPS", "actual_qps"),
    ("actualQPS", "actual_qps"),
    ("node", "nodes"),
];
const CLIENT: [(&str, &str); 2] = [("endpoint_url", "endpoint_urls"), ("endpointUrl", "endpoint_urls")];
pub(super) const CPU: [(&str, &str); 2] = [("cpu_mCores", "cpu_mcores"), ("cpuMCores", "cpu_mcores")];
const PARTS: [&str; 6] =
    ["ingress_gateway", "sidecar", "mesh_telemetry", "mesh_policy", "mesh_control_plane", "individual_workloads"];

fn is(object: &Object) -> bool {
    let has = |object: &Object, names: &[(&str, &str)]| names.iter().any(|(old, _)| object.contains_key(*old));
    // The sample document has fields of these names too, and it has no message around them.
    let sample = ["client", "env", "metrics"].iter().any(|name| object.contains_key(*name));
    let inside = |name: &str, test: &dyn Fn(&Object) -> bool| objects(object, name).any(test);
    let part = |name: &&str| inside(name, &|part| has(part, &CPU)) || inside(&camel(name), &|part| has(part, &CPU));
    !sample
        && (has(object, &TOP)
            || inside("clients", &|client| has(client, &CLIENT) || (snake(client) && lower_protocol(client)))
            || PARTS.iter().any(part)
            || object.get("mesh_type").or(object.get("meshType")).is_some_and(is_old_mesh))
}

/// The objects under a name, one or a list.
pub(super) fn objects<'a>(object: &'a Object, name: &str) -> impl Iterator<Item = &'a Object> {
    let value = object.get(name);
    let list = value.and_then(Value::as_array).into_iter().flatten();
    value.into_iter().chain(list).filter_map(Value::as_object)
}

/// Whether a client's protocol has a name in lower case, as it had before September 2020 and has again in v1beta3.
pub(super) fn lower_protocol(client: &Object) -> bool {
    let name = client.get("protocol").and_then(Value::as_str);
    name.is_some_and(|name| name.chars().all(|letter| letter.is_ascii_lowercase()) && Protocol::called(name).is_some())
}

/// Whether a client's fields of several words are written with underscores.
pub(super) fn snake(client: &Object) -> bool {
    Client::FIELDS.iter().any(|name| name.contains('_') && client.contains_key(*name))
}

/// A mesh that is a bare name or number, or a name in lower case.
fn is_old_mesh(value: &Value) -> bool {
    let name = value.get("type").unwrap_or(value);
    let old = |name: &str| name.chars().all(|letter| letter.is_ascii_lowercase());
    name.as_str().map_or(!value.is_object(), old)
}

fn read(mut object: Object, reader: &mut Reader) -> Result<Document> {
    rename(&mut object, &TOP, reader);
    each(&mut object, "clients", reader, client);
    for name in PARTS {
        for name in [name, &camel(name)] {
            each(&mut object, name, reader, |part, reader| rename(part, &CPU, reader));
        }
    }
    for name in ["mesh_type", "meshType"] {
        if let Some(bare @ (Value::String(_) | Value::Number(_))) = object.get(name) {
            let message = json!({ "type": bare });
            object.insert(name.into(), message);
        }
        each(&mut object, name, reader, mesh);
    }
    for name in ["application_metadata", "applicationMetadata"] {
        each(&mut object, name, reader, application);
    }
    let document = current::read(object, reader)?;
    let lacks = |mesh: &ServiceMeshConfig| mesh.mesh_type.is_none();
    if document.service_mesh_config.as_ref().is_some_and(lacks) {
        reader.warn_at("mesh_type", Noticed::LeftOut, "nothing", "nothing, though a writer of JSON leaves appmesh out");
    }
    Ok(document)
}

fn client(client: &mut Object, reader: &mut Reader) {
    rename(client, &CLIENT, reader);
    listed(client, "endpoint_urls");
    if !client.contains_key("protocol") {
        reader.warn_at("protocol", Noticed::LeftOut, "nothing", "nothing, though a writer of JSON leaves http out");
    }
    from_zero(client, "protocol", Protocol::ALL, Protocol::name, reader);
    translate(client, "protocol", |name| Protocol::called(name).map(|name| name.name().into()), reader);
}

fn mesh(mesh: &mut Object, reader: &mut Reader) {
    from_zero(mesh, "type", &MeshType::ALL[..10], MeshType::name, reader);
    translate(mesh, "type", |name| MeshType::called(name).map(|mesh| mesh.name().into()), reader);
}

fn application(metadata: &mut Object, reader: &mut Reader) {
    let (all, name) = (ApplicationProtocol::ALL, ApplicationProtocol::name);
    for field in ["application_protocol", "applicationProtocol"] {
        from_zero(metadata, field, all, name, reader);
        let called = |name: &str| ApplicationProtocol::called(name).map(|name| name.name().into());
        translate(metadata, field, called, reader);
    }
}

/// Gives a number its name: there was no name for nothing then, so that all numbers were smaller by one.
fn from_zero<T>(object: &mut Object, field: &str, all: &[T], name: fn(&T) -> &str, reader: &mut Reader) {
    let Some(found @ Value::Number(number)) = object.get(field) else { return };
    let entry = number.as_u64().and_then(|number| all.get(usize::try_from(number).ok()?.checked_add(1)?));
    let Some(name) = entry.map(name) else { return };
    reader.warn_at(field, Noticed::Numbered, short(found), name);
    object.insert(field.into(), name.into());
}
