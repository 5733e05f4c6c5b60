//! `testbed`: a real control plane for tests.

use super::{Verb, no_options};
use crate::shell::{Result, cargo, run};
use crate::testbed;

pub(super) const VERB: Verb = Verb {
    name: "testbed",
    options: "",
    does: "build the servers of a Kubernetes control plane and of Istio; start and stop it twice",
    run: testbed,
};

fn testbed(options: &[String]) -> Result {
    no_options(options)?;
    testbed::obtain()?;
    for (name, version) in testbed::versions()? {
        println!("{name:<24} {version}");
    }
    println!("{}", testbed::view()?.display());
    let mut twice = cargo(&["run", "--quiet", "--release", "--package", "meshery-examples", "--bin", "testbed", "2"]);
    testbed::name_to(&mut twice);
    run(&mut twice)
}
