//! What processes use, and where all this runs, as the kernel tells it; for a cluster, as its Prometheus does.

pub mod cgroup;
mod environment;
pub mod exposition;
mod machine;
mod process;
pub mod prometheus;
mod watch;
mod window;

pub use environment::environment;
pub(crate) use machine::{involuntary_switches, steal};
pub(crate) use watch::Watch;
pub(crate) use window::Sampler;
