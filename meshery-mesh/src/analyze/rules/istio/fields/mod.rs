//! What istiod's own validation refuses, beyond what the definitions say: MSH210 to MSH259.

use crate::analyze::Rule;

/// Sorted by code.
pub(in crate::analyze::rules) const RULES: &[&Rule] = &[];
