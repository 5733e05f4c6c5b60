//! Meshes: one file each, or a folder where that is too much for one, listed in [`PROVIDERS`].
//!
//! A provider is pure: [`MeshProvider`] says what it must answer, `tests/providers.rs` holds every one in the list to
//! it. It says how the mesh runs as processes of one machine, how it runs on a cluster, or both. Two rules connect a
//! local plan with the host that carries it out:
//!
//! - a port belongs to the process whose name it begins with: `client.admin` is let go just before the process
//!   `client` starts, and a twin of `client` gets a fresh one;
//! - the process that the load enters by owns a port in [`Plan::entry`](meshery_core::Plan).

mod address;
mod app_mesh;
pub(crate) mod bootstrap;
mod charts;
mod cilium;
mod citrix_cpx;
mod consul;
mod ended;
mod envoy;
pub(crate) mod facts;
mod istio;
mod istio_local;
mod kuma;
mod linkerd;
mod network_service_mesh;
mod nginx_service_mesh;
mod none;
mod octarine;
mod open_service_mesh;
mod registry;
pub(crate) mod settings;
mod sofa_mesh;
mod tanzu;
mod traefik_mesh;
pub(crate) mod upstream;

use meshery_core::MeshProvider;
pub use registry::Registry;

/// Every mesh, sorted by name.
///
/// ```
/// let names: Vec<_> = meshery_mesh::providers::PROVIDERS.iter().map(|mesh| mesh.info().id.to_string()).collect();
/// assert!(names.contains(&"envoy".to_owned()) && names.is_sorted());
/// ```
pub static PROVIDERS: &[&dyn MeshProvider] = &[
    &app_mesh::AppMesh,
    &cilium::Cilium,
    &citrix_cpx::CITRIX_CPX,
    &consul::Consul,
    &envoy::Envoy,
    &istio::Istio,
    &istio_local::IstioLocal,
    &kuma::Kuma,
    &linkerd::Linkerd,
    &nginx_service_mesh::NginxServiceMesh,
    &none::Direct,
    &network_service_mesh::NetworkServiceMesh,
    &octarine::OCTARINE,
    &open_service_mesh::OpenServiceMesh,
    &sofa_mesh::SOFA_MESH,
    &tanzu::TANZU,
    &traefik_mesh::TraefikMesh,
];
