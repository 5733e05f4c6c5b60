//! Meshes: one file each, listed in [`PROVIDERS`].
//!
//! A provider is pure: [`MeshProvider`] says what it must answer, `tests/providers.rs` holds every one in the list to
//! it. It says how the mesh runs as processes of one machine, how it runs on a cluster, or both. Two rules connect a
//! local plan with the host that carries it out:
//!
//! - a port belongs to the process whose name it begins with: `client.admin` is let go just before the process
//!   `client` starts, and a twin of `client` gets a fresh one;
//! - the process that the load enters by owns a port in [`Plan::entry`](meshery_core::Plan).

mod address;
mod bootstrap;
mod charts;
mod envoy;
mod istio;
mod linkerd;
mod none;
mod settings;
pub(crate) mod upstream;

use meshery_core::MeshProvider;

/// Every mesh, sorted by name.
///
/// ```
/// let names: Vec<_> = meshery_mesh::providers::PROVIDERS.iter().map(|mesh| mesh.info().id.to_string()).collect();
/// assert!(names.contains(&"envoy".to_owned()) && names.is_sorted());
/// ```
pub static PROVIDERS: &[&dyn MeshProvider] = &[&envoy::Envoy, &istio::Istio, &linkerd::Linkerd, &none::Direct];
