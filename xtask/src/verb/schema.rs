//! `schema`: writes the JSON Schemas from the types.

use super::{Verb, no_options};
use crate::shell::{Result, cargo, run};

pub(super) const VERB: Verb =
    Verb { name: "schema", options: "", does: "write meshery-core/schema/ from the types", run: schema };

fn schema(options: &[String]) -> Result {
    no_options(options)?;
    run(cargo(&["test", "--package", "meshery-core", "--test", "schema"]).env("MESHERY_UPDATE", "1"))
}
