//! `test`: sets everything up, lints, and runs the tests of all languages.

use std::process::Command;

use super::{Verb, lint, no_options, setup};
use crate::count::{self, Count};
use crate::shell::{Result, cargo, run_and_listen};
use crate::{envoy, node, peers, python, workspace};

pub(super) const VERB: Verb =
    Verb { name: "test", options: "", does: "set up, lint and test everything, in all three languages", run: test };

fn test(options: &[String]) -> Result {
    no_options(options)?;
    setup::everything()?;
    // Without them the tests say what they leave out; in CI that is an error of its own.
    if let Err(error) = peers::obtain() {
        eprintln!("SKIPPED: what needs fortio, k6 and oha, because they cannot be had: {error}");
    }
    let mut troubles = lint::complaints();
    let mut totals = Vec::new();
    for (name, mut command, read) in runners() {
        peers::name_to(&mut command);
        let finished = run_and_listen(command.env("MESHERY_ENVOY", envoy::path()));
        let count = read(&finished.output);
        println!("{name}: {count}\n");
        troubles.extend(finished.result.err());
        troubles.extend(complaint(name, count));
        totals.push(format!("{name}: {count}"));
    }
    println!("{}", totals.join("\n"));
    if troubles.is_empty() { Ok(()) } else { Err(troubles.join("\n")) }
}

type Runner = (&'static str, Command, fn(&str) -> Count);

fn runners() -> [Runner; 3] {
    let mut pytest = python::tool("python");
    pytest.args(["-m", "pytest", "--quiet", "tests"]).current_dir(workspace::root().join("bindings-python"));
    [
        ("cargo", cargo(&["test", "--no-fail-fast"]), count::cargo),
        ("pytest", pytest, count::pytest),
        ("node", node::script("test"), count::node),
    ]
}

/// A suite that ran nothing proves nothing; where everything is at hand, nor does one that left something out.
fn complaint(name: &str, count: Count) -> Option<String> {
    let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    if count.passed == 0 {
        Some(format!("{name}: not one test passed"))
    } else if in_ci && count.skipped > 0 {
        Some(format!("{name}: {} skipped, and in CI nothing may be", count.skipped))
    } else {
        None
    }
}
