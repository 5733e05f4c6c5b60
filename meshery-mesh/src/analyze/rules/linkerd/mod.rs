//! Rules over Linkerd's objects, and over Kubernetes' as Linkerd takes them: MSH401 to MSH499.

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[];
