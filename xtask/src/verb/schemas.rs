//! `schemas`: derives the tables of schemas from published definitions.

use super::Verb;
use crate::shell::{Result, cargo, run};
use crate::workspace;

pub(super) const VERB: Verb = Verb {
    name: "schemas",
    options: "NAME=PATH...",
    does: "derive meshery-mesh/src/analyze/schema/tables/NAME.txt from definitions, or Kubernetes' OpenAPI, at PATH",
    run: schemas,
};

fn schemas(options: &[String]) -> Result {
    if options.is_empty() {
        return Err("expected NAME=PATH...".into());
    }
    let tables = workspace::root().join("meshery-mesh/src/analyze/schema/tables");
    let mut command = cargo(&["run", "--quiet", "--package", "schemas", "--"]);
    run(command.arg(tables).args(options))
}
