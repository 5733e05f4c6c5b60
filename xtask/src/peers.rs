//! The load generators of others that the tests run meshery beside: fortio and k6 from Go modules, oha from crates.io.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{Result, cargo_bare, read, run_quietly};
use crate::{golang, stamp, workspace};

/// The pinned Go modules.
const MODULES: &str = "xtask/peers";
/// The packages among them that are programs.
const PACKAGES: [&str; 2] = ["fortio.org/fortio", "go.k6.io/k6"];
/// The pinned crate.
const OHA: &str = "1.16.0";

/// The programs, by the environment variables that the tests know them by.
pub(crate) const PROGRAMS: [(&str, &str); 3] =
    [("MESHERY_FORTIO", "fortio"), ("MESHERY_K6", "k6"), ("MESHERY_OHA", "oha")];

fn home() -> PathBuf {
    workspace::target().join("peers")
}

/// Tells a command where those are that [`obtain`] has made.
pub(crate) fn name_to(command: &mut Command) {
    for (variable, name) in PROGRAMS {
        let path = home().join("bin").join(name);
        if std::env::var_os(variable).is_none() && path.exists() {
            command.env(variable, path);
        }
    }
}

/// Builds them, unless they are there.
pub(crate) fn obtain() -> Result {
    let modules = workspace::root().join(MODULES);
    let pinned = (read(&modules.join("go.mod"))?, read(&modules.join("go.sum"))?);
    stamp::once(&home().join("go.stamp"), &[&pinned.0, &pinned.1], || {
        println!("peers: building {} from {MODULES}", PACKAGES.join(" and "));
        std::fs::create_dir_all(home().join("bin")).map_err(|error| format!("{}: {error}", home().display()))?;
        let mut go = golang::go(&modules)?;
        run_quietly(go.args(["build", "-o"]).arg(home().join("bin/")).args(PACKAGES))
    })?;
    stamp::once(&home().join("oha.stamp"), &[OHA], || {
        println!("peers: building oha {OHA}");
        let mut install = cargo_bare(&["install", "oha", "--quiet", "--locked", "--force", "--version", OHA, "--root"]);
        // For tests, which do not time it, and not for benches: those take the one on the `PATH`.
        install.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        install.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        run_quietly(install.arg(home()).arg("--target-dir").arg(home().join("build")))?;
        // As large as it is useless from now on.
        std::fs::remove_dir_all(home().join("build")).map_err(|error| format!("peers: {error}"))
    })
}
