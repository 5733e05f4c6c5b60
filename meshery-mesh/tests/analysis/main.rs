//! The tests of the analysis of configuration, as one program: it needs neither a machine nor a cluster, nor what acts on
//! them (`cargo test -p meshery-mesh --no-default-features --features signatures`).
#![allow(
    clippy::expect_used,
    clippy::explicit_write,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "tests, some of them past the harness"
)]

mod alarms;
mod config_rules;
mod files;
mod fixes;
mod istio_grid;
mod istioctl_verdicts;
mod living;
mod mutations;
mod order;
mod own_rules;
mod reports;
mod rules;
mod rules_reference;
mod sessions;
#[path = "../support/shared.rs"]
mod shared;
mod table;
mod yaml;
mod yaml_properties;
