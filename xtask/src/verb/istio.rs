//! `istio`: Istio without a cluster, from nothing to proven and removed.

use std::process::Command;

use super::Verb;
use crate::shell::{Result, become_program, cargo, run};
use crate::{envoy, testbed, workspace};

pub(super) const VERB: Verb = Verb {
    name: "istio",
    options: "[--upstream HOST:PORT] [...]",
    does: "install Istio without a cluster, prove it, time changes, remove it; options as in examples/istio/main.rs",
    run: istio,
};

fn istio(options: &[String]) -> Result {
    testbed::obtain()?;
    let program = "istio-without-a-cluster";
    run(&mut cargo(&["build", "--release", "--package", "meshery-examples", "--bin", program]))?;
    let mut istio = Command::new(workspace::target().join("release").join(program));
    if !options.iter().any(|option| option == "--envoy") {
        envoy::obtain()?;
        istio.arg("--envoy").arg(envoy::path());
    }
    testbed::name_to(&mut istio);
    become_program(istio.args(options))
}
