//! `lint`: what a machine can say about style, in all three languages.

use std::process::Command;

use super::{Verb, no_options, setup};
use crate::shell::{Result, cargo, run};
use crate::{node, python};

pub(super) const VERB: Verb =
    Verb { name: "lint", options: "", does: "rustfmt, clippy, rustdoc, ruff, mypy, tsc", run: lint };

fn lint(options: &[String]) -> Result {
    no_options(options)?;
    setup::everything()?;
    let complaints = complaints();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n")) }
}

/// Runs every linter, also after one has complained.
pub(super) fn complaints() -> Vec<String> {
    let python = |name: &str, arguments: &[&str]| {
        let mut command = python::tool(name);
        command.args(arguments).args(["bindings-python", "examples"]);
        command
    };
    let mut rustdoc = cargo(&["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items"]);
    rustdoc.env("RUSTDOCFLAGS", "-D warnings");
    let mut format = crate::shell::program("cargo");
    format.args(["fmt", "--all", "--check"]);
    let linters: Vec<(&str, Command)> = vec![
        ("rustfmt", format),
        ("clippy", clippy()),
        ("rustdoc", rustdoc),
        ("ruff", python("ruff", &["check", "--quiet"])),
        ("ruff format", python("ruff", &["format", "--check", "--quiet"])),
        ("mypy", mypy()),
        ("tsc", node::script("check")),
    ];
    linters
        .into_iter()
        .filter_map(|(name, mut command)| {
            let result = run(&mut command);
            println!("lint: {name}: {}", if result.is_ok() { "clean" } else { "complains" });
            result.err().map(|error| format!("{name}: {error}"))
        })
        .collect()
}

fn clippy() -> Command {
    let mut command = cargo(&["clippy", "--quiet", "--workspace", "--all-targets"]);
    command.args(["--", "--deny", "warnings"]);
    command
}

fn mypy() -> Command {
    let mut command = python::tool("mypy");
    command.current_dir(crate::workspace::root().join("bindings-python"));
    command
}
