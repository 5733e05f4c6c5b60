//! `upstream`: upstream's own cases of configuration, one by one, in all three languages.

use super::{Verb, setup};
use crate::shell::{Result, cargo, program, run};
use crate::{python, testbed, workspace};

pub(super) const VERB: Verb = Verb {
    name: "upstream",
    options: "[--server]",
    does: "judge upstream's own cases of configuration in all three languages, or beside a real API server",
    run: upstream,
};

fn upstream(options: &[String]) -> Result {
    match options {
        [] => in_three_languages(),
        [option] if option == "--server" => beside_a_server(),
        other => Err(format!("unknown options {}", other.join(" "))),
    }
}

fn beside_a_server() -> Result {
    testbed::obtain()?;
    let mut verdicts = cargo(&["test", "--quiet", "--test", "all", "verdicts::"]);
    testbed::name_to(&mut verdicts);
    run(&mut verdicts)
}

fn in_three_languages() -> Result {
    setup::everything()?;
    let mut rust = cargo(&["test", "--quiet", "--test", "analysis"]);
    run(rust.args(["--", "upstreams_grid", "upstreams_verdict"]))?;
    let mut pytest = python::tool("python");
    pytest.args(["-m", "pytest", "--quiet", "--capture=no", "tests/test_upstream.py"]);
    run(pytest.current_dir(workspace::root().join("bindings-python")))?;
    let mut node = program("node");
    node.args(["--test", "--test-reporter=spec", "test/upstream.test.mjs"]);
    run(node.current_dir(workspace::root().join("bindings-node")))
}
