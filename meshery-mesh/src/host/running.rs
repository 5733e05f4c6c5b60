//! A process of a plan, from its start to its end.

use std::process::Command;
use std::time::Duration;

use meshery_core::host::ProcessStatus;
use meshery_core::plan::{Process, VersionSource};
use meshery_core::{Error, ErrorKind, Result};

use super::http::get_local;
use super::references::References;
use crate::process::child::Child;
use crate::process::spawn::Spawner;

/// How long one look at a port may take.
const LOOK: Duration = Duration::from_secs(2);

/// A process that runs; killed when this is dropped.
pub(super) struct Running {
    pub(super) process: Process,
    pub(super) version: Option<String>,
    child: Child,
}

impl Running {
    /// Starts a process and waits until it is ready.
    pub(super) async fn start(
        process: &Process,
        program: &str,
        references: &References,
        spawner: &Spawner,
        limit: Duration,
    ) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(references.args(&process.args, &process.config)?);
        command.envs(references.env(&process.env, &process.config)?);
        if let Some(folder) = &process.folder {
            command.current_dir(references.folder(folder)?);
        }
        let child = Child::start(&process.name, command, spawner)?;
        let mut running = Self { process: process.clone(), version: None, child };
        running.wait_until_ready(references, limit).await?;
        if let Some(source) = &process.version {
            running.version = Some(read_version(source, references).await.map_err(|error| error.at(&process.name))?);
        }
        Ok(running)
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.pid()
    }

    async fn wait_until_ready(&mut self, references: &References, limit: Duration) -> Result<()> {
        let path = &self.process.ready.path;
        let port = references.port(&self.process.ready.port)?;
        let look = || async move {
            match get_local(port, path, LOOK).await {
                Ok(answer) if answer.status == 200 => Ok(()),
                Ok(answer) => Err(format!("status {}", answer.status)),
                Err(error) => Err(error.to_string()),
            }
        };
        self.child.ready(limit, &format!("200 from {path}"), look).await
    }

    pub(super) async fn status(&mut self, references: &References) -> Result<ProcessStatus> {
        let running = self.child.is_running()?;
        let version = match &self.process.version {
            Some(source) if running => read_version(source, references).await.ok(),
            _ => None,
        };
        Ok(ProcessStatus {
            name: self.process.name.clone(),
            running,
            version,
            last_words: self.child.last_words().await?,
        })
    }

    /// # Errors
    /// [`ProcessDied`](ErrorKind::ProcessDied) when it has ended.
    pub(super) async fn alive(&mut self) -> Result<()> {
        if self.child.is_running()? {
            return Ok(());
        }
        let words = self.child.last_words().await?;
        Err(Error::new(ErrorKind::ProcessDied, "the process has ended")
            .at(&self.process.name)
            .with("last words", words))
    }

    /// Ends the process and waits for its end.
    pub(super) fn end(self) -> Result<()> {
        self.child.end()
    }
}

async fn read_version(source: &VersionSource, references: &References) -> Result<String> {
    let answer = get_local(references.port(&source.get.port)?, &source.get.path, LOOK).await?;
    if source.pointer.is_empty() {
        return Ok(String::from_utf8_lossy(&answer.body).trim().to_owned());
    }
    let document: serde_json::Value = serde_json::from_slice(&answer.body)?;
    let version = document.pointer(&source.pointer).and_then(serde_json::Value::as_str);
    version.map(str::to_owned).ok_or_else(|| {
        Error::new(ErrorKind::Protocol, "the process does not say its version")
            .expected(format!("text at {} of {}", source.pointer, source.get.path))
    })
}
