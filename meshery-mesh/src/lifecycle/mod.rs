//! The lifecycle of a mesh on a cluster.
//!
//! | module | holds |
//! |---|---|
//! | [`manifests`] | files of Kubernetes YAML as objects that can be applied |
//! | [`graph`] | [`Graph`](graph::Graph): what has to be there before what |
//! | [`render`] | from where objects come from, charts among it, to the objects |
//! | [`fields`] | who owns which field of an object |
//! | `ready` | [`health`]: how an object is, told from what it says of itself |
//!
//! | `desired`, `hooks` | what is wanted, in the words of the server that is to have it |
//! | `observe` | what there is, one request a kind |
//! | `inventory` | what an instance has on the cluster, as the cluster itself remembers it |
//! | `planner` | from all of these to what has to be done |
//! | `advise` | what speaks against that |
//! | `credentials` | certificates that a mesh depends on, as they are kept |
//! | `run` | carrying it out |
//! | `engine` | [`Lifecycle`]: all of it in its order |
//! | `detect` | which meshes are there, told from what is there alone |
//! | `enrolment` | who serves the workloads of a namespace, and what has to be done so that somebody else does |
//! | `snapshot` | what is no longer as it was before |
//!
//! The data goes one way: sources → objects → [wanted, there, remembered] → plan → requests. Everything up to the plan
//! is pure but for `render`, `observe` and the inventory's store; `run` and `engine` act.

mod advise;
mod applyset;
mod credentials;
mod desired;
mod detect;
mod differ;
mod digest;
mod engine;
mod enrolment;
pub mod fields;
pub mod graph;
mod hooks;
mod immutable;
mod inventory;
pub mod manifests;
mod observe;
mod planner;
mod ready;
pub mod render;
mod run;
mod snapshot;

pub use engine::Lifecycle;
pub use ready::health;
pub use snapshot::{Difference, Snapshot};
