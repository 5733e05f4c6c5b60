//! `lint`: what a machine can say about style, in all three languages.

use std::process::Command;

use super::{Verb, no_options, setup};
use crate::shell::{Result, cargo, in_ci, run};
use crate::{node, python, wasm};

pub(super) const VERB: Verb = Verb {
    name: "lint",
    options: "",
    does: "rustfmt, clippy, rustdoc, ruff, mypy, tsc, and whether it compiles for wasm32",
    run: lint,
};

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
    let unable = wasm::obtain().err();
    let wasm = unable.is_none().then(|| ("wasm32", wasm::check()));
    if let Some(error) = &unable {
        eprintln!("SKIPPED: whether core and the analyzers compile for wasm32: {error}");
    }
    let complaints = linters.into_iter().chain(wasm).filter_map(|(name, mut command)| {
        let result = run(&mut command);
        println!("lint: {name}: {}", if result.is_ok() { "clean" } else { "complains" });
        result.err().map(|error| format!("{name}: {error}"))
    });
    complaints.chain(unable.filter(|_| in_ci())).collect()
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
