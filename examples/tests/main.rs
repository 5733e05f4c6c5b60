//! The tests of the programs, as one program: linked once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(dead_code, reason = "what is borrowed from another crate's tests is not all of use here")]

mod campaign;
mod canary;
mod compare;
#[path = "../../meshery-mesh/tests/support/envoy.rs"]
mod envoy;
mod golden;
#[path = "../../meshery-mesh/tests/support/istiod.rs"]
mod istiod;
mod language_server;
mod limits;
mod programs;
mod readme;
#[path = "../../meshery-mesh/tests/support/shared.rs"]
mod shared;
mod support;
#[path = "../../meshery-mesh/tests/support/testbed.rs"]
mod testbed;
