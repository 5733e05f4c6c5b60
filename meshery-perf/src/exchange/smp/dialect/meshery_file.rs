//! The file that Meshery's command line reads: a test and a mesh, each under a name of its own.

use meshery_core::Result;

use super::Dialect;
use crate::exchange::smp::model::ServiceMeshConfig;
use crate::exchange::smp::reader::{Object, Reader};
use crate::exchange::smp::{Document, ServiceMesh};

pub(super) const DIALECT: Dialect = Dialect {
    name: "meshery-file",
    about: "what mesheryctl reads: `test`, a PerformanceTestConfig, and `mesh`, a ServiceMesh by its number",
    is: |object| object.get("test").is_some_and(serde_json::Value::is_object),
    read,
};

fn read(mut object: Object, reader: &mut Reader) -> Result<Document> {
    let performance_test_config = reader.field(&mut object, "test")?;
    let mesh_type: Option<ServiceMesh> = reader.field(&mut object, "mesh")?;
    let service_mesh_config =
        mesh_type.map(|mesh| ServiceMeshConfig { mesh_type: Some(mesh), ..ServiceMeshConfig::default() });
    Ok(Document { performance_test_config, service_mesh_config, extra: object, ..Document::default() })
}
