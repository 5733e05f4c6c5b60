//! Rules over Consul's objects, and over Kubernetes' as Consul takes them: MSH601 to MSH699.

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[];
