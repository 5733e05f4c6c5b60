//! A process from its start to its end, with an ear at what it writes.

use std::io;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use meshery_core::{Error, ErrorKind, Result};

use super::log::Log;
use super::spawn::{Spawner, Tethered};

/// Between two looks at a process that is not ready yet.
const PAUSE: Duration = Duration::from_millis(5);

/// A process that runs, by the name it has in errors; killed when this is dropped.
pub(crate) struct Child {
    name: String,
    tethered: Tethered,
    log: Arc<Log>,
}

impl Child {
    /// Starts a program. What it writes to either output is followed; its input is empty.
    pub(crate) fn start(name: &str, mut command: Command, spawner: &Spawner) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let (reader, writer) = io::pipe()?;
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let tethered = spawner.spawn(command).map_err(|error| error.at(program))?;
        Ok(Self { name: name.to_owned(), tethered, log: Log::follow(reader)? })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn pid(&self) -> u32 {
        self.tethered.pid()
    }

    /// Waits until a look says that the process is ready; until then the look says what it found instead.
    pub(crate) async fn ready<F>(&mut self, limit: Duration, expected: &str, look: impl Fn() -> F) -> Result<()>
    where
        F: Future<Output = std::result::Result<(), String>>,
    {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.tethered.ended()? {
                return Err(self.death(&status.to_string()).await);
            }
            let Err(found) = look().await else { return Ok(()) };
            if begun.elapsed() >= limit {
                return Err(Error::new(ErrorKind::Timeout, "the process did not get ready")
                    .at(&self.name)
                    .expected(format!("{expected} within {limit:?}"))
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
        Error::new(kind, message).at(&self.name).found(status).with("last words", words)
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> io::Result<bool> {
        Ok(self.tethered.ended()?.is_none())
    }

    /// The end of what it wrote.
    pub(crate) async fn last_words(&mut self) -> Result<String> {
        Ok(if self.is_running()? { self.log.last_words() } else { self.log.final_words().await })
    }

    /// Ends the process and waits for its end.
    pub(crate) fn end(mut self) -> Result<()> {
        self.tethered.kill().map_err(|error| Error::from(error).at(&self.name))
    }
}
