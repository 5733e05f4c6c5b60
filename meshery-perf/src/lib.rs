//! Load engine, statistics, comparisons and reports.
//!
//! | module | holds |
//! |---|---|
//! | [`campaign`] | [`campaign::run`]: arms × workloads × points of load, planned, kept and resumed |
//! | [`compare`](mod@compare) | [`compare()`]: interleaved runs of all arms, judged |
//! | [`engine`] | [`Engine`]: the native load generator, pace × protocol × stop in one loop |
//! | [`exchange`] | formats of load-test results: readers and writers, one file each |
//! | [`gate`] | pass or fail, for CI |
//! | [`history`] | [`History`](history::History): results over time, what is usual, and where it changed |
//! | [`latency`] | how latency is measured, and why others differ |
//! | [`protocol`] | one file per protocol, as state machines without I/O |
//! | [`report`] | one file per output format |
//! | [`requests`] | what a request says, protocol by protocol |
//! | [`score`] | the overhead of a mesh as one figure from 0 to 100 |
//! | [`search`](mod@search) | [`search()`]: the highest rate that keeps a goal, and latency against rate |
//! | [`selftest`] | servers that misbehave by a script, to test the engine with |
//! | [`stats`] | one file per statistical method, pure |
//! | [`table`] | results as flat tables, for data frames |
//! | [`telemetry`] | what processes use, and where all this runs |
//! | [`tools`] | other load generators behind the same trait, one file each |

mod blocking;
pub mod campaign;
mod comma;
pub mod compare;
mod content;
pub mod engine;
pub mod exchange;
pub mod gate;
pub mod history;
#[doc = include_str!("../LATENCY.md")]
pub mod latency {}
mod pace;
pub mod protocol;
pub mod report;
#[doc = include_str!("../REQUESTS.md")]
pub mod requests {}
mod resolve;
mod rng;
pub mod score;
pub mod search;
pub mod selftest;
pub mod stats;
pub mod table;
pub mod target;
pub mod telemetry;
mod tls;
pub mod tools;
mod trust;

pub use compare::compare;
pub use engine::Engine;
pub use search::search;
