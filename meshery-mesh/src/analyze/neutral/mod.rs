//! What meshes have in common, whatever they call it: one model for each concept, and for each mesh that has the concept a
//! small function that reads its objects into the model.

mod calls;
mod control_planes;
mod injected;
mod mesh;
mod routes;
mod upstreams;

pub(super) use calls::{Calls, full as full_host};
pub(super) use control_planes::ControlPlanes;
pub(super) use injected::{Injected, Mark};
pub(super) use mesh::Mesh;
pub(super) use routes::{Retries, RouteRule, Routes, Timed};
pub(super) use upstreams::Upstreams;
