//! What the rules over Consul's objects share: how its webhook reads a field, what its objects say of a service, and
//! what is known of the Consul that they are for.

mod annotation_values;
mod annotations;
mod checks;
mod edition;
mod filter;
mod given;
mod services;
pub(in crate::analyze) mod values;

pub(super) use annotation_values::annotation_problem;
pub(super) use annotations::{Annotation, KNOWN, META, each_annotation};
pub(super) use checks::{Checks, checked};
pub(super) use edition::{Edition, Enabled, KINDS as SCOPED, scoped};
pub(super) use filter::is_filter;
pub(super) use given::{at, each, flag, has, is_set, items, number, text, texts};
pub(super) use services::ServiceObjects;
