//! fortio's JSON, which `fortio report` draws.
//!
//! Its clock starts at the real send. Between the bounds of a bucket it knows nothing: its percentiles are drawn as a
//! straight line through the bucket, so they are not read. What is written here has the percentiles of the exact
//! histogram, fine buckets, and one member more than fortio's own, `Meshery`, that says which clock it was.

mod read;
mod write;

use super::Format;

pub(super) const FORMAT: Format =
    Format { name: "fortio", file_name: "fortio.json", read: Some(read::read), write: Some(write::write) };
