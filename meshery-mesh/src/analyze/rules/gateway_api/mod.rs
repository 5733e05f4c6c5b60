//! Rules over Gateway API objects: MSH301 to MSH399.

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[];
