//! `selftest`: the load engine against truths that are known without measuring.

use super::Verb;
use crate::shell::{Result, become_program, cargo, run};
use crate::workspace;

pub(super) const VERB: Verb = Verb {
    name: "selftest",
    options: "[SCRIPT...]",
    does: "run the load engine against servers whose true response times are known, and print both",
    run: selftest,
};

fn selftest(options: &[String]) -> Result {
    run(&mut cargo(&["build", "--release", "--package", "meshery-examples", "--bin", "selftest"]))?;
    become_program(std::process::Command::new(workspace::target().join("release/selftest")).args(options))
}
