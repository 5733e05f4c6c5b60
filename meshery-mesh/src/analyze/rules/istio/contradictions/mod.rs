//! What istiod takes, and what contradicts itself, another object, or the mode of the data plane: MSH260 to MSH299.

use crate::analyze::Rule;

/// Sorted by code.
pub(in crate::analyze::rules) const RULES: &[&Rule] = &[];
