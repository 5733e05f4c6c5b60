//! The proto as it stands since July 2023, by the JSON mapping of proto3.

use meshery_core::{Error, ErrorKind, Result};

use super::Dialect;
use crate::exchange::smp::Document;
use crate::exchange::smp::message::Message;
use crate::exchange::smp::model::{
    EnvironmentConfig, PerformanceTestConfig, PerformanceTestResult, ServiceMesh, ServiceMeshConfig,
};
use crate::exchange::smp::reader::{Object, Reader};

pub(super) const DIALECT: Dialect = Dialect {
    name: "current",
    about: "the proto of July 2023 and later, in JSON or YAML: one message, or several by their names",
    is: |_| false,
    read,
};

/// A message by its name, how many members of an object it knows, and how it is read.
type Candidate = (&'static str, fn(&Object) -> usize, fn(Object, &mut Reader) -> Result<Document>);

const CANDIDATES: [Candidate; 6] = [
    ("several messages", Document::known, Document::read_object),
    ("EnvironmentConfig", EnvironmentConfig::known, |object, reader| {
        EnvironmentConfig::read_object(object, reader).map(Document::from)
    }),
    ("PerformanceTestConfig", PerformanceTestConfig::known, |object, reader| {
        PerformanceTestConfig::read_object(object, reader).map(Document::from)
    }),
    ("PerformanceTestResult", PerformanceTestResult::known, |object, reader| {
        PerformanceTestResult::read_object(object, reader).map(Document::from)
    }),
    ("ServiceMesh", ServiceMesh::known, |object, reader| {
        let mesh_type = ServiceMesh::read_object(object, reader)?;
        Ok(ServiceMeshConfig { mesh_type: Some(mesh_type), ..ServiceMeshConfig::default() }.into())
    }),
    ("ServiceMeshConfig", ServiceMeshConfig::known, |object, reader| {
        ServiceMeshConfig::read_object(object, reader).map(Document::from)
    }),
];

pub(super) fn read(object: Object, reader: &mut Reader) -> Result<Document> {
    let counted = CANDIDATES.map(|(name, known, read)| (known(&object), name, read));
    let most = counted.iter().map(|(known, ..)| *known).max().unwrap_or(0);
    let best: Vec<_> = counted.into_iter().filter(|(known, ..)| *known == most).collect();
    match best.as_slice() {
        [(1.., _, read)] => read(object, reader),
        _ => Err(unclear(&object)),
    }
}

fn unclear(object: &Object) -> Error {
    let fields: Vec<_> = object.keys().map(String::as_str).collect();
    let found = if fields.is_empty() { "no field".into() } else { fields.join(", ") };
    Error::new(ErrorKind::InvalidInput, "no field tells which message this is")
        .expected("fields of PerformanceTestConfig, PerformanceTestResult, ServiceMeshConfig or EnvironmentConfig")
        .found(found)
}
