//! A process of a plan, from its start to its end.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use meshery_core::host::ProcessStatus;
use meshery_core::plan::{Process, VersionSource};
use meshery_core::{Error, ErrorKind, Result};

use super::http::get_local;
use super::log::Log;
use super::references::References;
use super::spawn::{Spawner, Tethered};

/// How long one look at a port may take.
const LOOK: Duration = Duration::from_secs(2);
/// Between two looks at a process that is not ready yet.
const PAUSE: Duration = Duration::from_millis(5);

/// A process that runs; killed when this is dropped.
pub(super) struct Running {
    pub(super) process: Process,
    pub(super) version: Option<String>,
    child: Tethered,
    log: Arc<Log>,
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
        let (reader, writer) = std::io::pipe()?;
        let mut command = Command::new(program);
        command.args(references.args(&process.args, &process.config)?);
        command.envs(references.env(&process.env)?);
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let child = spawner.spawn(command).map_err(|error| error.at(program))?;
        let mut running = Self { process: process.clone(), version: None, child, log: Log::follow(reader)? };
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
        let ready = self.process.ready.clone();
        let port = references.port(&ready.port)?;
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.ended()? {
                return Err(self.death(&status.to_string()).await);
            }
            let answer = get_local(port, &ready.path, LOOK).await;
            if answer.as_ref().is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            if begun.elapsed() >= limit {
                let found = answer.map_or_else(|error| error.to_string(), |answer| format!("status {}", answer.status));
                return Err(Error::new(ErrorKind::Timeout, "the process did not get ready")
                    .at(&self.process.name)
                    .expected(format!("200 from {} within {limit:?}", ready.path))
                    .found(found)
                    .with("last words", self.log.last_words()));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn death(&self, status: &str) -> Error {
        let words = self.log.final_words().await;
        let (kind, message) = if words.to_ascii_lowercase().contains("address already in use") {
            (ErrorKind::PortInUse, "somebody else listens on a port of the process")
        } else {
            (ErrorKind::ProcessDied, "the process ended before it was ready")
        };
        Error::new(kind, message).at(&self.process.name).found(status).with("last words", words)
    }

    pub(super) async fn status(&mut self, references: &References) -> Result<ProcessStatus> {
        let running = self.child.ended()?.is_none();
        let version = match &self.process.version {
            Some(source) if running => read_version(source, references).await.ok(),
            _ => None,
        };
        let last_words = if running { self.log.last_words() } else { self.log.final_words().await };
        Ok(ProcessStatus { name: self.process.name.clone(), running, version, last_words })
    }

    /// Ends the process and waits for its end.
    pub(super) fn end(mut self) -> Result<()> {
        self.child.kill().map_err(|error| Error::from(error).at(&self.process.name))
    }
}

async fn read_version(source: &VersionSource, references: &References) -> Result<String> {
    let answer = get_local(references.port(&source.get.port)?, &source.get.path, LOOK).await?;
    let document: serde_json::Value = serde_json::from_slice(&answer.body)?;
    let version = document.pointer(&source.pointer).and_then(serde_json::Value::as_str);
    version.map(str::to_owned).ok_or_else(|| {
        Error::new(ErrorKind::Protocol, "the process does not say its version")
            .expected(format!("text at {} of {}", source.pointer, source.get.path))
    })
}
