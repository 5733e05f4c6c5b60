//! The Node package: its tools, and the package itself.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{Result, program, read, run, run_quietly};
use crate::{stamp, workspace};

fn home() -> PathBuf {
    workspace::root().join("bindings-node")
}

fn npm(arguments: &[&str]) -> Command {
    let mut command = program("npm");
    command.args(arguments).current_dir(home());
    command
}

/// Installs what the tests and lints need. Needs `node` and `npm`.
pub(crate) fn tools() -> Result {
    run_quietly(program("node").arg("--version"))
        .map_err(|error| format!("{error}\nneeded: Node.js 20 or newer with npm (https://nodejs.org)"))?;
    let lock = read(&home().join("package-lock.json"))?;
    let installed = home().join("node_modules");
    if !installed.exists() {
        // A stamp outlives the folder it speaks of when somebody cleans up by hand.
        let _ = std::fs::remove_file(stamp_place());
    }
    stamp::once(&stamp_place(), &[&lock], || {
        println!("node: installing the tools");
        run_quietly(&mut npm(&["ci", "--silent"]))
    })
}

fn stamp_place() -> PathBuf {
    workspace::target().join("node-tools.stamp")
}

/// Builds the package, in place.
pub(crate) fn package() -> Result {
    println!("node: building the package");
    run(&mut npm(&["run", "--silent", "build"]))
}

/// A script of its `package.json`.
pub(crate) fn script(name: &str) -> Command {
    npm(&["run", "--silent", name])
}
