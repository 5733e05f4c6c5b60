//! What rules over Kuma's objects share.
//!
//! | module | holds |
//! |---|---|
//! | `annotations` | the annotations of Kuma |
//! | `check` | going through objects and gathering what is wrong with them |
//! | `dialect` | whether objects are written for Kuma 2 or 3 |
//! | `policies` | what each policy may target |
//! | `targets` | the references of a policy, and what each may name |
//! | `tags` | the tags by which Kuma 2 selects |
//! | `template` | the templates of names |

mod annotations;
mod check;
mod dialect;
mod policies;
mod tags;
mod targets;
mod template;

pub(in crate::analyze) use annotations::{each_annotation, is_known, known_names, wanted};
pub(in crate::analyze) use check::{Flaws, confs, entries, kind, list, of_kinds, present, text, walk};
pub(in crate::analyze) use dialect::{Dialect, is_of_two};
pub(in crate::analyze) use policies::{KINDS, policy};
pub(in crate::analyze) use tags::{Tags, selectors, tags};
pub(in crate::analyze) use targets::{Place, references, top_kind};
pub(in crate::analyze) use template::{Template, rendered};
