//! The tests of this crate, as one program: linked once, on as many servers at a time as the machine has room for.
//! What looks at its own process is a program of its own (`Cargo.toml`).
#![allow(
    clippy::exit,
    clippy::expect_used,
    clippy::explicit_write,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "tests, some of them past the harness"
)]

mod adoption;
mod advice;
mod cluster_meshes;
mod cluster_samples;
mod control_plane;
mod control_plane_lifetime;
mod crash;
mod credentials;
mod detect;
mod enrol;
mod enrol_istio;
mod faults;
mod incidents;
mod invariants;
mod istio;
mod istio_local_lifetime;
mod lifetime;
mod local_host;
mod local_samples;
mod manifests_reference;
mod matrix;
mod mesh_incidents;
mod own_mesh;
mod probes;
mod providers;
mod refusals;
mod render;
mod samples;
mod support;
mod verdicts;
mod watch;
