//! What objects must be like by the definitions of their kinds.
//!
//! | module | holds |
//! |---|---|
//! | `model` | a schema |
//! | `tables` | what the published definitions say, without a cluster |
//! | `catalogue` | those and the definitions among the objects |
//! | `cel` | rules in CEL, and values as they see them |
//! | `walk` | from a value and its schema to what is wrong |
//! | `format` | what texts and numbers stand for |
//! | `validation` | what the server refuses beyond any schema |
//! | `conformance` | what is wrong with every object, once for all rules |

mod catalogue;
mod cel;
mod conformance;
mod convert;
mod format;
mod model;
mod tables;
mod validation;
mod walk;

pub(super) use cel::{is_cel, value_of};
pub(super) use conformance::Conformance;
#[cfg(feature = "cluster")]
pub(crate) use convert::json;
pub(super) use walk::{Violation, ViolationKind};

/// The kinds of which a definition is kept, by group.
#[cfg(feature = "cluster")]
pub(in crate::analyze) fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    tables::Tables::get().kinds()
}
