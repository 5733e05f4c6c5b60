//! Programs beside a control plane: a mesh's own control plane, for example, as a process of this machine.

use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use meshery_core::Result;

use super::ControlPlane;
use crate::host::get_local;
use crate::process::child::Child;
use crate::process::ports::Ports;

/// How long one look at whether it is ready may take.
const LOOK: Duration = Duration::from_secs(1);

/// A program that is to work beside a control plane.
///
/// ```
/// use meshery_mesh::control_plane::CompanionSpec;
///
/// let istiod = CompanionSpec {
///     program: "pilot-discovery".into(),
///     arguments: vec!["discovery".into(), "--httpAddr=127.0.0.1:8080".into()],
///     ready: Some((8080, "/ready".into())),
///     ..CompanionSpec::default()
/// };
/// assert_eq!(istiod.start_timeout.as_secs(), 60);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanionSpec {
    /// Its name, looked for where the servers are, or its path.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Its whole environment: nothing of the caller's reaches it.
    pub environment: Vec<(String, String)>,
    /// A port of this machine and a path where it answers 200 once it is ready; without, it is ready once it runs.
    pub ready: Option<(u16, String)>,
    /// How long it may take until then.
    pub start_timeout: Duration,
}

impl Default for CompanionSpec {
    fn default() -> Self {
        Self {
            program: String::new(),
            arguments: Vec::new(),
            environment: Vec::new(),
            ready: None,
            start_timeout: Duration::from_secs(60),
        }
    }
}

/// A program beside a control plane. Dropping it ends it; it never outlives its program, however that ends.
pub struct Companion {
    name: String,
    pid: u32,
    child: Mutex<Option<Child>>,
}

impl std::fmt::Debug for Companion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Companion").field("name", &self.name).field("pid", &self.pid).finish_non_exhaustive()
    }
}

impl Companion {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The end of what it has written.
    ///
    /// # Errors
    /// When the operating system does not tell how it is.
    pub async fn last_words(&self) -> Result<String> {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut child) = child else { return Ok(String::new()) };
        let words = child.last_words().await;
        *self.child.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        words
    }

    /// Ends it, and waits for its end.
    ///
    /// # Errors
    /// What kept it from ending.
    pub fn stop(self) -> Result<()> {
        let child = self.child.into_inner().unwrap_or_else(PoisonError::into_inner);
        child.map_or(Ok(()), |child| child.end().map_err(|error| error.at(self.name)))
    }
}

impl ControlPlane {
    /// A port of loopback that is free now.
    ///
    /// # Errors
    /// When there is none.
    pub fn free_port() -> Result<u16> {
        Ports::default().reserve().map(|port| port.number)
    }

    /// Starts a program beside it, and waits until it is ready.
    ///
    /// # Errors
    /// [`ProgramMissing`](meshery_core::ErrorKind::ProgramMissing) with how to get it,
    /// [`ProcessDied`](meshery_core::ErrorKind::ProcessDied) and [`Timeout`](meshery_core::ErrorKind::Timeout) with its
    /// last words.
    pub async fn accompany(&self, spec: &CompanionSpec) -> Result<Companion> {
        let mut command = Command::new(self.plane.programs.find(&spec.program)?);
        command.args(&spec.arguments).env_clear().envs(spec.environment.iter().cloned());
        command.current_dir(self.plane.folder.path());
        let mut child = Child::start(&spec.program, command, &self.plane.spawner)?;
        if let Some((port, path)) = &spec.ready {
            let ask = || async {
                match get_local(*port, path, LOOK).await {
                    Ok(answer) if answer.status == 200 => Ok(()),
                    Ok(answer) => Err(format!("status {}", answer.status)),
                    Err(error) => Err(error.to_string()),
                }
            };
            child.ready(spec.start_timeout, &format!("200 from {path}"), ask).await?;
        }
        Ok(Companion { name: spec.program.clone(), pid: child.pid(), child: Mutex::new(Some(child)) })
    }
}
