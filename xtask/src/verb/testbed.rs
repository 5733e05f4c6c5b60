//! `testbed`: a real control plane for tests.

use super::{Verb, no_options};
use crate::shell::Result;
use crate::testbed;

pub(super) const VERB: Verb = Verb {
    name: "testbed",
    options: "",
    does: "build the servers of a Kubernetes control plane and of Istio, and say where they are",
    run,
};

fn run(options: &[String]) -> Result {
    no_options(options)?;
    testbed::obtain()?;
    for (name, version) in testbed::versions()? {
        println!("{name:<24} {version}");
    }
    println!("{}", testbed::view()?.display());
    Ok(())
}
