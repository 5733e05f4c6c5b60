//! The tests of this crate, as one program: linked once. What measures the machine itself, or how much it can carry, is a
//! program of its own (`Cargo.toml`), which runs when no other test of Rust does.
#![allow(
    clippy::expect_used,
    clippy::explicit_write,
    clippy::needless_pass_by_value,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests, which read best as they are written, some of them past the harness"
)]

mod behaviour;
mod browser;
mod campaign;
mod differential;
mod exchange;
mod exchange_fortio;
mod fates;
mod gate;
mod history;
mod http2;
mod http3;
mod prometheus_scripted;
mod protocols;
mod raw;
mod report;
mod requests;
mod smp;
mod stats_reference;
mod support;
mod tls;
mod tools;
mod websocket;
