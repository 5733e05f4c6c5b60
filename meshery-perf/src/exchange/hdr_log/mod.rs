//! HdrHistogram's interval log, V2: one line of compressed histogram for each interval and tag. Written in nanoseconds,
//! with a remark that says so; a log of others does not tell its unit, so the reader has to be told.

mod payload;
mod read;
mod write;

pub(super) use payload::decode;

use super::Format;

pub(super) const FORMAT: Format =
    Format { name: "hdr-log", file_name: "latency.hlog", read: Some(read::read), write: Some(write::write) };

/// The remark that tells the unit, and what the lines without a tag are.
const REMARK: &str = "#[Unit: nanoseconds, untagged: ";
