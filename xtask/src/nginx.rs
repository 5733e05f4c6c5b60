//! A real nginx: the one on the `PATH`, or Debian's, unpacked below `target/` so that nothing is installed.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::shell::{Result, program, run_quietly};
use crate::{stamp, workspace};

/// Tells a command where it is.
pub(crate) fn name_to(command: &mut Command) {
    if std::env::var_os("MESHERY_NGINX").is_none() && unpacked().exists() {
        command.env("MESHERY_NGINX", unpacked());
    }
}

/// Fetches it, unless it is there.
pub(crate) fn obtain() -> Result {
    if is_installed() {
        return Ok(());
    }
    stamp::once(&home().join("stamp"), &["nginx"], || {
        println!("nginx: unpacking Debian's package");
        std::fs::create_dir_all(home()).map_err(|error| format!("{}: {error}", home().display()))?;
        let download = || run_quietly(program("apt-get").args(["download", "--quiet", "nginx"]).current_dir(home()));
        // A new machine may have no list of packages yet.
        download()
            .or_else(|_| run_quietly(program("apt-get").args(["update", "--quiet"])).and_then(|()| download()))?;
        run_quietly(program("dpkg").arg("--extract").arg(package()?).arg(home()))
    })
    .map_err(|error| format!("{error}\nneeded: nginx (Debian: apt install nginx-light)"))
}

fn is_installed() -> bool {
    let mut nginx = program("nginx");
    nginx.arg("-v").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

fn home() -> PathBuf {
    workspace::target().join("nginx")
}

fn unpacked() -> PathBuf {
    home().join("usr/sbin/nginx")
}

fn package() -> Result<PathBuf> {
    let entries = std::fs::read_dir(home()).map_err(|error| format!("{}: {error}", home().display()))?;
    let mut files = entries.flatten().map(|entry| entry.path());
    files
        .find(|path| path.extension().is_some_and(|end| end == "deb"))
        .ok_or_else(|| "no package was downloaded".into())
}
