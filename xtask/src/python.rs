//! The Python environment below `target/`: tools, and the package itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{Result, program, read, run, run_quietly};
use crate::{stamp, workspace};

/// Where the environment is.
fn home() -> PathBuf {
    workspace::target().join("venv")
}

/// A program of the environment.
pub(crate) fn tool(name: &str) -> Command {
    let bin = home().join(if cfg!(windows) { "Scripts" } else { "bin" });
    let mut command = program(bin.join(name));
    // What a user has set must not reach into the environment.
    command.env("VIRTUAL_ENV", home()).env_remove("PYTHONPATH").env_remove("PYTHONHOME");
    command
}

/// Makes the environment. Needs `python3` with its `venv` module.
pub(crate) fn environment() -> Result {
    if home().join("pyvenv.cfg").exists() {
        return Ok(());
    }
    println!("python: making an environment");
    run_quietly(program("python3").args(["-m", "venv", "--clear"]).arg(home())).map_err(|error| {
        format!(
            "{error}\nneeded: python3 3.10 or newer with its venv module (Debian: apt install python3 python3-venv)"
        )
    })
}

/// Installs what the tests and lints need.
pub(crate) fn tools() -> Result {
    environment()?;
    let requirements = workspace::root().join("bindings-python/requirements-dev.txt");
    stamp::once(&home().join("tools.stamp"), &[&read(&requirements)?], || {
        println!("python: installing the tools");
        run_quietly(
            tool("pip").args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&requirements),
        )
    })
}

/// Unpacks wheels that are pinned by their hashes into a folder, and nothing that they would ask for.
pub(crate) fn wheel(requirements: &Path, folder: &Path) -> Result {
    environment()?;
    let options =
        ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--upgrade", "--require-hashes"];
    let mut pip = tool("pip");
    pip.arg("install").args(options).arg("--target").arg(folder).arg("--requirement").arg(requirements);
    run_quietly(&mut pip)
}

/// Builds the package and installs it, in place.
pub(crate) fn package() -> Result {
    println!("python: building the package");
    run(tool("maturin").args(["develop", "--quiet", "--locked", "--manifest-path", "bindings-python/Cargo.toml"]))
}
