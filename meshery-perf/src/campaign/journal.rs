//! What a campaign has done so far, kept where a crash cannot take it.

use std::fs::{File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use meshery_core::comparison::{Environment, Run};
use meshery_core::load::Tool;
use meshery_core::units::duration;
use meshery_core::{CampaignSpec, CheckOutcome, Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// Something that happened and must not be forgotten.
///
/// ```
/// use meshery_perf::campaign::Entry;
///
/// let entry: Entry = serde_json::from_str(r#"{ "session": { "environment": {
///     "platform": "linux x86_64", "kernel": "6.1", "processor": "", "cores": 2, "memory_bytes": 0 } } }"#).unwrap();
/// assert!(matches!(entry, Entry::Session { .. }));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Entry {
    /// The campaign began; always the first.
    Begun {
        /// The version of the result format.
        format: u32,
        /// What was asked for.
        spec: Box<CampaignSpec>,
        /// The seed of every order.
        seed: u64,
        /// In nanoseconds since the Unix epoch.
        started_unix_ns: u64,
        /// The tool that makes the load.
        tool: Tool,
    },
    /// It was begun or resumed here.
    Session {
        /// The machine.
        environment: Environment,
    },
    /// The arms were set up and proven, in the order of the specification.
    Proven {
        /// What was found of each.
        arms: Vec<Proof>,
    },
    /// A run was made.
    Run {
        /// The cell's index.
        cell: usize,
        /// The arm's index.
        arm: usize,
        /// How long it took with everything around it.
        #[serde(with = "duration")]
        took: Duration,
        /// The run.
        run: Box<Run>,
    },
}

/// What was found of an arm before its first run.
///
/// ```
/// assert!(meshery_perf::campaign::Proof::default().checks.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The version each process says it is, by process.
    pub versions: std::collections::BTreeMap<String, String>,
    /// What was proven.
    pub checks: Vec<CheckOutcome>,
}

/// Where a campaign keeps what it has done.
pub trait Journal: Send {
    /// Everything that was appended, in order.
    ///
    /// # Errors
    /// [`Syntax`](ErrorKind::Syntax) with the line, when an entry is not one; [`Io`](ErrorKind::Io).
    fn read(&mut self) -> Result<Vec<Entry>>;

    /// Appends an entry. When this returns, the entry survives a crash.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io).
    fn append(&mut self, entry: &Entry) -> Result<()>;
}

/// A journal in a file: a line of JSON for each entry, on the disk before the next run starts. Held by one campaign at a
/// time. What a crash cut off in the middle of a line is taken away when the file is opened: that run is made again.
///
/// ```
/// use meshery_perf::campaign::{FileJournal, Journal};
///
/// let path = std::env::temp_dir().join(format!("meshery-doc-{}.jsonl", std::process::id()));
/// assert!(FileJournal::open(&path)?.read()?.is_empty());
/// std::fs::remove_file(&path)?;
/// # Ok::<(), meshery_core::Error>(())
/// ```
#[derive(Debug)]
pub struct FileJournal {
    file: File,
    path: PathBuf,
}

impl FileJournal {
    /// Opens a journal, or begins one.
    ///
    /// # Errors
    /// [`Io`](ErrorKind::Io) with the path; [`Busy`](ErrorKind::Busy) while another campaign holds it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let at = |error: std::io::Error| Error::from(error).at(path.display().to_string());
        let file = File::options().read(true).append(true).create(true).open(&path).map_err(at)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::Error(error) => at(error),
            TryLockError::WouldBlock => {
                Error::new(ErrorKind::Busy, "another campaign writes this journal").at(path.display().to_string())
            }
        })?;
        Ok(Self { file, path })
    }

    fn at(&self, error: std::io::Error) -> Error {
        Error::from(error).at(self.path.display().to_string())
    }

    fn text(&mut self) -> std::io::Result<Vec<u8>> {
        let mut text = Vec::new();
        std::io::Seek::rewind(&mut self.file)?;
        self.file.read_to_end(&mut text)?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            text.truncate(whole);
            self.file.set_len(whole as u64)?;
        }
        Ok(text)
    }
}

impl Journal for FileJournal {
    fn read(&mut self) -> Result<Vec<Entry>> {
        let text = self.text().map_err(|error| self.at(error))?;
        let lines = text.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
        let entry = |(index, line): (usize, &[u8])| {
            serde_json::from_slice(line).map_err(|error| {
                let place = format!("{}:{}:{}", self.path.display(), index + 1, error.column());
                Error::new(ErrorKind::Syntax, format!("not an entry of a campaign's journal: {error}")).at(place)
            })
        };
        lines.map(entry).collect()
    }

    fn append(&mut self, entry: &Entry) -> Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.file.write_all(&line).and_then(|()| self.file.sync_data()).map_err(|error| self.at(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("meshery-journal-{name}-{}.jsonl", std::process::id()))
    }

    fn entry(cores: u32) -> Entry {
        Entry::Session { environment: Environment { cores, ..Environment::default() } }
    }

    #[test]
    fn entries_come_back_without_what_was_cut_off() {
        let path = path("cut");
        let mut journal = FileJournal::open(&path).unwrap();
        journal.append(&entry(1)).unwrap();
        journal.append(&entry(2)).unwrap();
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        let mut journal = FileJournal::open(&path).unwrap();
        assert_eq!(journal.read().unwrap(), [entry(1)]);
        journal.append(&entry(3)).unwrap();
        assert_eq!(journal.read().unwrap(), [entry(1), entry(3)]);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn what_is_no_journal_is_left_alone() {
        let path = path("alien");
        std::fs::write(&path, "{}\n").unwrap();
        let error = FileJournal::open(&path).unwrap().read().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Syntax);
        assert!(error.report().place.as_deref().unwrap().contains(":1:"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}\n");
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_journal_has_one_writer() {
        let path = path("busy");
        let held = FileJournal::open(&path).unwrap();
        assert_eq!(FileJournal::open(&path).unwrap_err().kind(), ErrorKind::Busy);
        drop(held);
        FileJournal::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
    }
}
