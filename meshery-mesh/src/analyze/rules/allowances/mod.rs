//! Rules over what is said of findings: MSH001 to MSH009. They are found by `analyze::allow`, after all others.

mod expired;
mod unreasoned;
mod unused;

use crate::analyze::Rule;

/// Sorted by code.
pub(super) const RULES: &[&Rule] = &[&unreasoned::RULE, &expired::RULE, &unused::RULE];
