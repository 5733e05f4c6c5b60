//! Rules over the objects of Cilium, SMI and Open Service Mesh: MSH701 to MSH799.

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[];
