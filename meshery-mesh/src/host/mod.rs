//! The local host: carries plans out as processes of this machine, proves them, and undoes them without a trace.
//!
//! | module | holds |
//! |---|---|
//! | `local` | [`LocalHost`]: the promises of [`MeshHost`](meshery_core::MeshHost), kept |
//! | `site` | one installation: from plan to running processes, and back |
//! | `steps` | what each action of a plan does |
//! | `probe` | one file per probe: how a check is made |
//! | `propagation` | how long changes of configuration take |
//! | `programs` | which programs are there, in which version |
//!
//! Configurations travel as arguments, certificates and keys in the environment, which only the same user can read.
//! Nothing is written to disk but what a plan puts into a folder of its own, which is as private and goes with it.

mod http;
mod identities;
mod inspect;
mod local;
mod probe;
mod programs;
mod propagation;
mod references;
mod running;
mod site;
mod steps;

pub(crate) use http::get_local;
pub use inspect::inspect;
pub use local::{LocalHost, LocalOptions};
