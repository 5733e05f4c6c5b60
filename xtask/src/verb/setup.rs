//! `setup`: fetches Envoy and the tools of the other two languages, and builds their packages.

use super::{Verb, no_options};
use crate::shell::Result;
use crate::{envoy, node, python};

pub(super) const VERB: Verb =
    Verb { name: "setup", options: "", does: "fetch Envoy, build the Python and Node packages in place", run };

fn run(options: &[String]) -> Result {
    no_options(options)?;
    everything()
}

/// Everything that tests and lints need beyond cargo.
pub(super) fn everything() -> Result {
    envoy::obtain()?;
    python::tools()?;
    node::tools()?;
    python::package()?;
    node::package()
}
