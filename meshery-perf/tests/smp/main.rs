//! Service Mesh Performance: documents of every dialect, what is measured as a document, and the proto itself as a judge.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends")]

mod dialects;
mod proto;
mod random;
mod units;
mod write;
