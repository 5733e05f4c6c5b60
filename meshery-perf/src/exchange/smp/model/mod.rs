//! The messages of the current proto.

mod config;
mod environment;
mod mesh;
mod result;

pub use config::{Client, PerformanceTestConfig};
pub use environment::{EnvironmentConfig, IndividualWorkload, Node, TrafficMetadata};
pub use mesh::{
    ApplicationMetadata, EgressGateway, IngressGateway, MeshControlPlane, MeshPolicy, MeshTelemetry, ServiceMesh,
    ServiceMeshConfig, Sidecar,
};
pub use result::{Cpu, Latency, Memory, PerformanceTestResult, Swap};
