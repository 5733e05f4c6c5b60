//! Real servers: those on the `PATH`, or Debian's, unpacked below `target/` so that nothing is installed.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::shell::{Result, program, run_quietly};
use crate::{stamp, workspace};

/// A server of a Debian package.
struct Server {
    /// The package, and the folder below `target/debian/`.
    package: &'static str,
    /// Where the program is in it.
    path: &'static str,
    /// The environment variable that the tests know it by.
    variable: &'static str,
    /// What it says its version by.
    version: &'static str,
}

const SERVERS: [Server; 3] = [
    Server { package: "nginx", path: "usr/sbin/nginx", variable: "MESHERY_NGINX", version: "-v" },
    Server { package: "prometheus", path: "usr/bin/prometheus", variable: "MESHERY_PROMETHEUS", version: "--version" },
    Server {
        package: "prometheus-node-exporter",
        path: "usr/bin/prometheus-node-exporter",
        variable: "MESHERY_NODE_EXPORTER",
        version: "--version",
    },
];

/// Tells a command where they are.
pub(crate) fn name_to(command: &mut Command) {
    for server in &SERVERS {
        if std::env::var_os(server.variable).is_none() && server.unpacked().exists() {
            command.env(server.variable, server.unpacked());
        }
    }
}

/// Fetches what is not there.
pub(crate) fn obtain() -> Result {
    let troubles: Vec<String> = SERVERS.iter().filter_map(|server| server.obtain().err()).collect();
    if troubles.is_empty() { Ok(()) } else { Err(troubles.join("\n")) }
}

impl Server {
    fn obtain(&self) -> Result {
        if self.is_installed() {
            return Ok(());
        }
        let home = self.home();
        stamp::once(&home.join("stamp"), &[self.package], || {
            println!("{}: unpacking Debian's package", self.package);
            std::fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
            let download =
                || run_quietly(program("apt-get").args(["download", "--quiet", self.package]).current_dir(&home));
            // A new machine may have no list of packages yet.
            download()
                .or_else(|_| run_quietly(program("apt-get").args(["update", "--quiet"])).and_then(|()| download()))?;
            run_quietly(program("dpkg").arg("--extract").arg(self.downloaded()?).arg(&home))
        })
        .map_err(|error| format!("{error}\nneeded: {0} (Debian: apt install {0})", self.package))
    }

    fn is_installed(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or(self.path);
        let mut asked = program(name);
        asked.arg(self.version).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    }

    fn home(&self) -> PathBuf {
        workspace::target().join("debian").join(self.package)
    }

    fn unpacked(&self) -> PathBuf {
        self.home().join(self.path)
    }

    fn downloaded(&self) -> Result<PathBuf> {
        let home = self.home();
        let entries = std::fs::read_dir(&home).map_err(|error| format!("{}: {error}", home.display()))?;
        let mut files = entries.flatten().map(|entry| entry.path());
        files
            .find(|path| path.extension().is_some_and(|end| end == "deb"))
            .ok_or_else(|| "no package was downloaded".into())
    }
}
