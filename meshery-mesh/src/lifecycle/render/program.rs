//! Executables: where they are, and from their start to their end.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use meshery_core::{Error, ErrorKind, Result};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::process::find::{is_executable, on_path};
use crate::process::wait::within;

/// An executable that is needed.
pub(super) struct Need {
    pub(super) name: &'static str,
    /// How a user gets it, in one line.
    pub(super) obtain: &'static str,
}

impl Need {
    /// The one that is named, or the one on `PATH`.
    pub(super) fn find(&self, named: Option<&Path>) -> Result<PathBuf> {
        let missing = |found: String| {
            Error::new(ErrorKind::ProgramMissing, format!("the program {} is not there", self.name))
                .expected(format!("{} in a folder of PATH, or its path in the options", self.name))
                .found(found)
                .with("how to get it", self.obtain)
        };
        match named {
            // A bare name would be looked for on PATH when it is started.
            Some(path) if is_executable(path) => Ok(std::path::absolute(path)?),
            Some(path) => Err(missing(path.display().to_string())),
            None => on_path(self.name).ok_or_else(|| missing("neither".into())),
        }
    }
}

/// How a program ended, and what it wrote.
pub(super) struct End {
    name: &'static str,
    status: ExitStatus,
    text: Vec<u8>,
    words: String,
}

impl End {
    /// What it wrote, if it did what it was asked to; otherwise an error of this kind with what it says.
    pub(super) fn success(self, failure: &str, kind: ErrorKind) -> Result<Vec<u8>> {
        if self.status.success() {
            return Ok(self.text);
        }
        Err(Error::new(kind, failure)
            .with(self.name, if self.words.is_empty() { self.status.to_string() } else { self.words }))
    }

    /// What it says when something went wrong.
    pub(super) fn words(&self) -> &str {
        &self.words
    }
}

/// Runs a program with this input. Who stops waiting for it ends it.
pub(super) async fn run(need: &Need, mut command: Command, input: &[u8], limit: Duration) -> Result<End> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| Error::from(error).with("program", need.name))?;
    let stdin = child.stdin.take();
    let write = async {
        if let Some(mut stdin) = stdin {
            // A program that ends without having read says why itself.
            let _ = stdin.write_all(input).await;
        }
    };
    let whole = async {
        let ((), output) = tokio::join!(write, child.wait_with_output());
        Ok(output?)
    };
    let output = within(limit, need.name, whole).await?;
    let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Ok(End { name: need.name, status: output.status, text: output.stdout, words })
}
