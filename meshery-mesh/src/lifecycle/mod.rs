//! The lifecycle of a mesh on a cluster.
//!
//! | module | holds |
//! |---|---|
//! | [`manifests`] | files of Kubernetes YAML as objects that can be applied |
//! | [`graph`] | [`Graph`](graph::Graph): what has to be there before what |
//! | [`fields`] | who owns which field of an object |
//! | `ready` | [`health`]: how an object is, told from what it says of itself |
//!
//! All of it is pure: nothing here asks a server.

pub mod fields;
pub mod graph;
pub mod manifests;
mod ready;

pub use ready::health;
