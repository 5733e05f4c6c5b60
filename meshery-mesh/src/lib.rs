//! Hosts, mesh providers and configuration analyzers.
//!
//! | module | holds |
//! |---|---|
//! | [`providers`] | one file per mesh: what is particular to it, on this machine and on a cluster |
//! | [`host`] | [`LocalHost`]: carries plans out as local processes, proves and undoes them |
//! | [`cluster`] | the door to a Kubernetes API server |
//! | [`control_plane`] | [`ControlPlane`]: a real one as local processes, for tests and for trying things out |
//! | [`samples`] | one file per sample application: what to try a mesh on |
//! | [`analyze`] | YAML as the API server reads it, and one file per rule |
//!
//! `providers`, `samples` and `analyze` know only `meshery-core` and work offline; `host` alone acts.

pub mod analyze;
pub mod cluster;
pub mod control_plane;
pub mod host;
pub mod lifecycle;
mod nearest;
mod pki;
mod process;
pub mod providers;
pub mod samples;
mod tls;

pub use control_plane::ControlPlane;
pub use host::LocalHost;
