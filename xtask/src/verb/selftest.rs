//! `selftest`: the load engine against truths that are known without measuring.

use super::{Verb, no_options};
use crate::shell::{Result, become_program, cargo, run};
use crate::workspace;

pub(super) const VERB: Verb = Verb {
    name: "selftest",
    options: "",
    does: "run the load engine against servers whose true response times are known, and print both",
    run: selftest,
};

fn selftest(options: &[String]) -> Result {
    no_options(options)?;
    run(&mut cargo(&["build", "--release", "--package", "meshery-examples", "--bin", "selftest"]))?;
    become_program(&mut std::process::Command::new(workspace::target().join("release/selftest")))
}
