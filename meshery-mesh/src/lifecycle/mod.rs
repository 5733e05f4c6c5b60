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
//! Nothing here asks a server, and all but [`render`] is pure.

pub mod fields;
pub mod graph;
pub mod manifests;
mod ready;
pub mod render;

pub use ready::health;
