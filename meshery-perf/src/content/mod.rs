//! What is sent, and what must come back: templates, bodies, mixes, checks. Shared by all protocols.

mod body;
mod checks;
mod mix;
mod template;

pub(crate) use body::{Body, BodyWords};
pub(crate) use checks::{Checks, Inspection};
pub(crate) use mix::Mix;
pub(crate) use template::{Draw, Template};
