//! What a document must say, and what contradicts itself.

use super::Document;
use super::problems::Problems;

/// The problem of a number that JSON does not have.
pub(super) const NO_NUMBER: &str = "not a finite number";

pub(super) fn check(_: &Document, _: &mut Problems) {}
