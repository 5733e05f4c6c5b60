//! Load engine, statistics, comparisons and reports.
//!
//! | module | holds |
//! |---|---|
//! | [`engine`] | [`Engine`]: the native load generator, pace × protocol × stop in one loop |
//! | [`protocol`] | one file per protocol, as state machines without I/O |
//! | [`compare`] | [`compare()`]: interleaved runs of all arms, judged |
//! | [`stats`] | one file per statistical method, pure |
//! | [`telemetry`] | processor time and memory of processes, and the environment |
//! | [`report`] | one file per output format |

pub mod report;
