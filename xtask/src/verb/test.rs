//! `test`: sets everything up, lints, and runs the tests of all languages.

use std::process::Command;
use std::thread;

use super::{Verb, lint, no_options, setup};
use crate::count::{self, Count};
use crate::shell::{Finished, Listen, Result, cargo, in_ci, run};
use crate::{chromium, debian, envoy, kubectl, node, peers, python, testbed, workspace};

pub(super) const VERB: Verb =
    Verb { name: "test", options: "", does: "set up, lint and test everything, in all three languages", run: test };

type Part = (&'static str, fn() -> Result);

/// What the tests look for beyond cargo, Python and Node.
const PARTS: [Part; 5] = [
    ("a browser", chromium::obtain),
    ("fortio, k6 and oha", peers::obtain),
    ("kubectl", kubectl::obtain),
    ("nginx, prometheus and the node-exporter", debian::obtain),
    ("the control plane's servers", testbed::obtain),
];

fn test(options: &[String]) -> Result {
    no_options(options)?;
    setup::everything()?;
    // Without them the tests say what they leave out; in CI that is an error of its own.
    for (part, obtain) in PARTS {
        if let Err(error) = obtain() {
            eprintln!("SKIPPED: what needs {part}, because it cannot be had: {error}");
        }
    }
    let mut troubles = lint::complaints();
    // Cargo alone takes every core to build; its tests mostly wait, and leave room for the others'.
    troubles.extend(run(&mut cargo(&["test", "--no-run", "--quiet"])).err());
    let mut totals = Vec::new();
    for (name, finished, read) in side_by_side() {
        let count = read(&finished.output);
        println!("{name}: {count}\n");
        troubles.extend(finished.result.err());
        troubles.extend(complaint(name, count));
        // Once more at the very end: of a long log the end is what is kept.
        let failed = count::failures(&finished.output).into_iter().filter(|_| count.failed > 0);
        totals.extend(failed.map(|test| format!("{name}: failed: {test}")));
        totals.push(format!("{name}: {count}"));
    }
    println!("{}", totals.join("\n"));
    if troubles.is_empty() { Ok(()) } else { Err(troubles.join("\n")) }
}

type Reader = fn(&str) -> Count;

/// Runs cargo's tests and, one after the other beside them, those of the other languages.
fn side_by_side() -> impl Iterator<Item = (&'static str, Finished, Reader)> {
    let others = thread::spawn(|| {
        [("pytest", pytest(), count::pytest as Reader), ("node", node::script("test"), count::node as Reader)]
            .map(|(name, command, read)| (name, Listen::Quietly.to(&mut equipped(command)), read))
    });
    let mut rust = equipped(cargo(&["test", "--no-fail-fast"]));
    let rust = Listen::Aloud.to(rust.env("RUST_TEST_THREADS", TEST_THREADS));
    let others = others.join().into_iter().flatten().inspect(|(_, finished, _)| print!("{}", finished.output));
    std::iter::once(("cargo", rust, count::cargo as Reader)).chain(others)
}

/// More than there are cores: most tests wait for a server's scripted delays.
const TEST_THREADS: &str = "4";

/// Tells a runner where the real parts are.
fn equipped(mut command: Command) -> Command {
    peers::name_to(&mut command);
    debian::name_to(&mut command);
    kubectl::name_to(&mut command);
    testbed::name_to(&mut command);
    command.env("MESHERY_ENVOY", envoy::path());
    command
}

fn pytest() -> Command {
    let mut command = python::tool("python");
    command.args(["-m", "pytest", "--quiet", "tests"]).current_dir(workspace::root().join("bindings-python"));
    command
}

/// A suite that ran nothing proves nothing; where everything is at hand, nor does one that left something out.
fn complaint(name: &str, count: Count) -> Option<String> {
    if count.passed == 0 {
        Some(format!("{name}: not one test passed"))
    } else if in_ci() && count.skipped > 0 {
        Some(format!("{name}: {} skipped, and in CI nothing may be", count.skipped))
    } else {
        None
    }
}
