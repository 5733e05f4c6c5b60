//! Which programs are there, in which version.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use meshery_core::provider::{Program, ProgramNeed};
use meshery_core::{Error, ErrorKind, Observed, Result};

use crate::control_plane::folders;
use crate::process::find::{is_executable, search_path};
use crate::process::log::Log;
use crate::process::spawn::Spawner;
use crate::process::wait::within;

/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks at whether it has said it.
const PAUSE: Duration = Duration::from_millis(2);

/// A file as it was when it was asked: a program that was replaced since is asked again.
type Stamp = (PathBuf, u64, Option<SystemTime>);

/// The programs of this machine. Each is asked for its version once.
#[derive(Debug)]
pub(super) struct Programs {
    named: BTreeMap<String, PathBuf>,
    asked: Mutex<BTreeMap<Stamp, String>>,
}

impl Programs {
    pub(super) fn new(named: BTreeMap<String, PathBuf>) -> Self {
        Self { named, asked: Mutex::default() }
    }

    /// Finds all of these, new enough.
    pub(super) async fn observe(&self, needs: &[ProgramNeed], spawner: &Spawner) -> Result<Observed> {
        let mut seen = Observed::default();
        for need in needs {
            let path = self.find(need)?;
            let version = self.version(need, &path, spawner).await?;
            if number(&version) < number(&need.at_least) {
                return Err(Error::new(ErrorKind::VersionUnsupported, format!("{} is too old", need.name))
                    .at(path.display().to_string())
                    .expected(format!("{} or newer", need.at_least))
                    .found(version)
                    .with("how to get it", &need.obtain));
            }
            seen.programs.insert(need.name.clone(), Program { path: path.display().to_string(), version });
        }
        Ok(seen)
    }

    fn find(&self, need: &ProgramNeed) -> Result<PathBuf> {
        let missing = |expected: String, found: String| {
            let message = format!("the program {} is not there", need.name);
            let error = Error::new(ErrorKind::ProgramMissing, message).expected(expected).found(found);
            error.with("how to get it", &need.obtain)
        };
        if let Some(path) = self.named.get(&need.name) {
            if !is_executable(path) {
                return Err(missing("an executable file".into(), path.display().to_string()));
            }
            // A bare name would be looked for on PATH when it is started.
            return Ok(std::path::absolute(path)?);
        }
        let mut places = folders().chain(search_path()).map(|folder| folder.join(&need.name));
        places.find(|path| is_executable(path)).ok_or_else(|| {
            missing(format!("{} in a folder of PATH, or its path in the options", need.name), "neither".into())
        })
    }

    async fn version(&self, need: &ProgramNeed, path: &Path, spawner: &Spawner) -> Result<String> {
        let file = path.metadata().map_err(|error| Error::from(error).at(path.display().to_string()))?;
        let stamp = (path.to_owned(), file.len(), file.modified().ok());
        let known = self.asked.lock().unwrap_or_else(PoisonError::into_inner).get(&stamp).cloned();
        if let Some(version) = known {
            return Ok(version);
        }
        let version = ask(need, path, spawner).await.map_err(|error| error.at(path.display().to_string()))?;
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(stamp, version.clone());
        Ok(version)
    }
}

async fn ask(need: &ProgramNeed, path: &Path, spawner: &Spawner) -> Result<String> {
    let said = within(PATIENCE, "saying its version", output(need, path, spawner)).await?;
    find_number(&said).ok_or_else(|| {
        Error::new(ErrorKind::VersionUnsupported, format!("{} does not say its version", need.name))
            .expected("MAJOR.MINOR.PATCH in the output")
            .found(said.chars().take(200).collect::<String>())
    })
}

/// What the program says, from a process that can no more outlive its owner than a mesh's can.
async fn output(need: &ProgramNeed, path: &Path, spawner: &Spawner) -> Result<String> {
    let (reader, writer) = std::io::pipe()?;
    let mut command = Command::new(path);
    command.args(&need.version_args).stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = spawner.spawn(command)?;
    let log = Log::follow(reader)?;
    while child.ended()?.is_none() {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(log.final_words().await)
}

/// The first `MAJOR.MINOR.PATCH` in a text; without one, that of the release that a `MAJOR.MINOR-dev` is on the way to.
fn find_number(text: &str) -> Option<String> {
    let mut words = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    let released = words.find(|word| number(word).is_some()).map(str::to_owned);
    let on_the_way = || {
        let parts = text.split_whitespace().filter_map(|word| word.split_once("-dev"));
        parts.map(|(before, _)| format!("{before}.0")).find(|version| number(version).is_some())
    };
    released.or_else(on_the_way)
}

fn number(version: &str) -> Option<[u64; 3]> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    let number = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_and_compared_as_numbers() {
        let said = "envoy  version: 9e5580933739775e8bce696a57a2e1bc99368f23/1.40.0/Clean/RELEASE/BoringSSL";
        assert_eq!(find_number(said).as_deref(), Some("1.40.0"));
        assert_eq!(find_number("v2.10.3-rc1 (linux)").as_deref(), Some("2.10.3"));
        assert_eq!(find_number("usage: envoy 1.2"), None);
        assert_eq!(find_number("2026/11/29 INFO hello\nclient version: 1.31-dev\n").as_deref(), Some("1.31.0"));
        assert!(number("1.9.10") < number("1.36.2"));
    }
}
