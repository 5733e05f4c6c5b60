//! The executable `helm`, kept away from its user's configuration.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use meshery_core::Result;
use tokio::process::Command;

use super::Tools;
use super::program::{self, End, Need};
use crate::process::folder::Folder;

const NEED: Need = Need {
    name: "helm",
    obtain: "https://helm.sh/docs/intro/install/, or `cargo xtask testbed` in meshery's repository",
};

pub(super) struct Helm {
    program: PathBuf,
    timeout: Duration,
    /// Its home, which goes with it.
    home: Folder,
}

impl Helm {
    pub(super) fn new(tools: &Tools) -> Result<Self> {
        Ok(Self { program: NEED.find(tools.helm.as_deref())?, timeout: tools.timeout, home: Folder::new()? })
    }

    /// A folder for files, that goes with it.
    pub(super) fn folder(&self) -> &Path {
        self.home.path()
    }

    /// Runs it: a command, what it is told, and then what cannot be taken for an option, whatever it begins with.
    pub(super) async fn run<S: Into<OsString>>(
        &self,
        verb: &[&str],
        options: impl IntoIterator<Item = S>,
        operands: &[&str],
        input: &[u8],
    ) -> Result<End> {
        let mut command = Command::new(&self.program);
        // What its user has set for it (a namespace, plugins, a registry) would make the same chart another one here.
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"HELM_") {
                command.env_remove(name);
            }
        }
        for (name, folder) in [("CACHE", "cache"), ("CONFIG", "config"), ("DATA", "data")] {
            command.env(format!("HELM_{name}_HOME"), self.home.file(folder));
        }
        command.args(verb).args(options.into_iter().map(Into::into)).arg("--").args(operands);
        program::run(&NEED, command, input, self.timeout).await
    }
}
