//! Results over time.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use meshery_core::{Error, Result};
use meshery_perf::history;
use meshery_perf::report::Subject;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::arrow::stream;
use crate::campaign::Campaign;
use crate::comparison::Comparison;
use crate::error::{or_raise, to_json};

/// A history, for one thread at a time.
#[pyclass(frozen, module = "meshery._native")]
pub(crate) struct History(Mutex<history::History>);

/// A comparison or a campaign.
#[derive(FromPyObject)]
enum Found<'py> {
    Comparison(PyRef<'py, Comparison>),
    Campaign(PyRef<'py, Campaign>),
}

impl Found<'_> {
    fn subject(&self) -> Subject<'_> {
        match self {
            Self::Comparison(found) => (&found.0).into(),
            Self::Campaign(found) => (&found.0).into(),
        }
    }
}

impl History {
    fn open(&self) -> MutexGuard<'_, history::History> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn file(path: &Path, found: std::io::Result<File>) -> Result<File> {
    found.map_err(|error| Error::from(error).at(path.display().to_string()))
}

#[pymethods]
#[expect(clippy::needless_pass_by_value, reason = "the interpreter hands values over")]
impl History {
    /// Opens a history, or begins one.
    #[new]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        or_raise(py, py.detach(|| history::History::open(path))).map(|history| Self(Mutex::new(history)))
    }

    /// Adds a result; the entry's number.
    fn add(&self, py: Python<'_>, result: Found<'_>, release: &str) -> PyResult<u64> {
        or_raise(py, self.open().add(result.subject(), release))
    }

    /// Every entry: its number, release and time.
    fn entries(&self, py: Python<'_>) -> PyResult<Vec<(u64, String, u64)>> {
        let entries = or_raise(py, self.open().entries())?;
        Ok(entries.into_iter().map(|entry| (entry.id, entry.release, entry.recorded_unix_ns)).collect())
    }

    /// Every series, as JSON.
    fn series(&self, py: Python<'_>) -> PyResult<String> {
        or_raise(py, py.detach(|| to_json(&self.open().series()?)))
    }

    /// Every series as a page of HTML.
    fn html(&self, py: Python<'_>) -> PyResult<String> {
        or_raise(py, py.detach(|| self.open().html()))
    }

    /// Every value of every series, as a stream of Arrow.
    fn arrow_stream<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let columns = or_raise(py, py.detach(|| self.open().table()))?;
        stream(py, columns)
    }

    /// How an entry stands among the ones before it, as JSON.
    fn review(&self, py: Python<'_>, entry: u64) -> PyResult<String> {
        or_raise(py, py.detach(|| to_json(&self.open().review(entry)?)))
    }

    /// How a result would stand, as JSON.
    fn standing(&self, py: Python<'_>, result: Found<'_>, baseline: Option<&str>) -> PyResult<String> {
        or_raise(py, self.open().standing(result.subject(), baseline).and_then(|trends| to_json(&trends)))
    }

    /// Names an entry.
    fn set_baseline(&self, py: Python<'_>, name: &str, entry: u64) -> PyResult<()> {
        or_raise(py, self.open().set_baseline(name, entry))
    }

    /// The entry of that name.
    fn baseline(&self, py: Python<'_>, name: &str) -> PyResult<Option<u64>> {
        or_raise(py, self.open().baseline(name))
    }

    /// Writes every entry into a file.
    fn export_to(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let write = || {
            let mut to = BufWriter::new(file(&path, File::create(&path))?);
            self.open().export(&mut to)?;
            Ok(to.flush()?)
        };
        or_raise(py, py.detach(write))
    }

    /// Adds every entry of a file; how many it has.
    fn import_from(&self, py: Python<'_>, path: PathBuf) -> PyResult<usize> {
        or_raise(py, py.detach(|| self.open().import(BufReader::new(file(&path, File::open(&path))?))))
    }
}
