//! Hosts, mesh providers and configuration analyzers.
//!
//! | module | holds |
//! |---|---|
//! | [`providers`] | one file per mesh: from what is wanted and seen to a plan |
//! | [`host`] | [`LocalHost`]: carries plans out as local processes, proves and undoes them |
//! | [`analyze`] | YAML as the API server reads it, and one file per rule |
//!
//! `providers` and `analyze` know only `meshery-core` and work offline; `host` alone acts.

pub mod analyze;
pub mod host;
pub mod providers;

pub use host::LocalHost;
