//! The local host: carries plans out as processes of this machine, proves them, and undoes them without a trace.
//!
//! | module | holds |
//! |---|---|
//! | `local` | [`LocalHost`]: the promises of [`MeshHost`](meshery_core::MeshHost), kept |
//! | `site` | one installation: from plan to running processes, and back |
//! | `probe` | one file per probe: how a check is made |
//! | `programs` | which programs are there, in which version |
//!
//! Nothing is written to disk: configurations travel as arguments, certificates and keys in the environment, which only
//! the same user can read.

mod authority;
mod http;
mod inspect;
mod local;
mod probe;
mod programs;
mod references;
mod running;
mod site;

pub(crate) use http::get_local;
pub use inspect::inspect;
pub use local::{LocalHost, LocalOptions};
