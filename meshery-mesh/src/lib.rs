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
//! All but `analyze` is behind the feature `cluster`, which is on by default; certificates' signatures are behind
//! `signatures`, which it brings. `providers`, `samples` and `analyze` know only `meshery-core` and work offline; `host` alone acts.

pub mod analyze;
#[cfg(feature = "cluster")]
pub mod cluster;
#[cfg(feature = "cluster")]
pub mod control_plane;
#[cfg(feature = "cluster")]
pub mod host;
#[cfg(feature = "cluster")]
pub mod lifecycle;
mod nearest;
mod pki;
#[cfg(feature = "cluster")]
mod process;
#[cfg(feature = "cluster")]
pub mod providers;
#[cfg(feature = "cluster")]
pub mod samples;
#[cfg(feature = "cluster")]
mod tls;

#[cfg(feature = "cluster")]
pub use control_plane::ControlPlane;
#[cfg(feature = "cluster")]
pub use host::LocalHost;
