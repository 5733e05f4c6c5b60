//! The target for WebAssembly, for which core and the analyzers are kept compiling.

use std::process::Command;

use crate::shell::{Result, answer, cargo, program, run_quietly};

const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the target to the toolchain, if it is not there.
pub(crate) fn obtain() -> Result {
    let library = answer(program("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    if std::path::Path::new(library.trim()).is_dir() {
        return Ok(());
    }
    run_quietly(program("rustup").args(["target", "add", TARGET]))
        .map_err(|error| format!("{error}\nneeded: the toolchain's own library for {TARGET}, as rustup adds it"))
}

/// Compiles what is to run in a browser: no cluster, no signatures.
pub(crate) fn check() -> Command {
    let mut command = cargo(&["check", "--quiet", "--package", "meshery-mesh", "--no-default-features"]);
    command.args(["--target", TARGET]);
    command
}
