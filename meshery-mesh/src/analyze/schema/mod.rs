//! What objects must be like by the definitions of their kinds.
//!
//! | module | holds |
//! |---|---|
//! | `model` | a schema |
//! | `tables` | what the published definitions say, without a cluster |
//! | `catalogue` | those and the definitions among the objects |
//! | `walk` | from a value and its schema to what is wrong |
//! | `format` | what texts and numbers stand for |
//! | `conformance` | what is wrong with every object, once for all rules |

mod catalogue;
mod conformance;
mod convert;
mod format;
mod model;
mod tables;
mod walk;

pub(super) use conformance::Conformance;
#[cfg(feature = "cluster")]
pub(crate) use convert::json;
pub(super) use walk::{Violation, ViolationKind};
