//! `demo`: the main job, from nothing to a report.

use super::Verb;
use crate::shell::{Result, become_program, cargo, run};
use crate::{envoy, testbed, workspace};

pub(super) const VERB: Verb = Verb {
    name: "demo",
    options: "[--out DIR] [--envoy PATH] [--arms A,B,C] [...]",
    does: "compare no mesh, Envoy, and Envoy with mTLS; further arms and options as in examples/compare/main.rs",
    run: demo,
};

fn demo(options: &[String]) -> Result {
    let given = |name: &str| options.iter().any(|option| option == name);
    run(&mut cargo(&["build", "--release", "--package", "meshery-examples", "--bin", "compare"]))?;
    let mut compare = std::process::Command::new(workspace::target().join("release/compare"));
    if !given("--envoy") {
        envoy::obtain()?;
        compare.arg("--envoy").arg(envoy::path());
    }
    // The only arm that takes more than an Envoy.
    if options.iter().any(|option| option.contains("istio-local")) {
        testbed::obtain()?;
        testbed::name_to(&mut compare);
    }
    if !given("--out") {
        compare.arg("--out").arg(workspace::target().join("demo"));
    }
    // In the user's folder, so that relative paths mean what they say; and as this very process, so that a signal meant
    // for the demo reaches it.
    become_program(compare.args(options))
}
