//! What the rules over Istio's objects share: how a host is named, which hosts the mesh knows, and where a
//! VirtualService sends requests.

mod exports;
mod host;
mod registry;
mod virtual_service;

pub(super) use host::{CLUSTER_DOMAIN, Host};
pub(super) use registry::{Registry, Visibility};
pub(super) use virtual_service::{clients, destinations};

/// The API group of Istio's traffic objects.
pub(super) const NETWORKING: &str = "networking.istio.io";
