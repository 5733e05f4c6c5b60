//! Rules over Kuma's objects, and over Kubernetes' as Kuma takes them: MSH501 to MSH599.

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[];
