//! Configuration under analysis, and what came of it.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use meshery_core::analyzer::{Options, Remark};
use meshery_core::error::ErrorReport;
use meshery_core::{Error, Severity, json};
use meshery_mesh::analyze::{self, Source, report};
use pyo3::prelude::*;

use crate::error::{or_raise, to_json};

/// Files to look at, and what of them could not be read.
#[pyclass(frozen, module = "meshery._native")]
pub(crate) struct Files(pub(crate) analyze::Files);

#[pymethods]
impl Files {
    /// Texts, as names and contents.
    #[staticmethod]
    fn of_texts(texts: Vec<(String, Vec<u8>)>, cluster: Option<&str>) -> Self {
        let sources: Vec<Source> = texts.into_iter().map(|(name, text)| Source::new(name, text)).collect();
        Self(analyze::Files::from(sources).of_cluster(cluster))
    }

    /// The files that paths name.
    #[staticmethod]
    fn of_paths(py: Python<'_>, paths: Vec<PathBuf>, cluster: Option<&str>) -> Self {
        Self(py.detach(|| analyze::Files::of_paths(paths).of_cluster(cluster)))
    }

    /// What runs on a cluster and what of it could not be read, as JSON.
    #[staticmethod]
    fn of_json(py: Python<'_>, running: &str) -> PyResult<Self> {
        let (sources, errors): (Vec<Source>, Vec<ErrorReport>) = or_raise(py, json::read(running))?;
        Ok(Self((sources, errors.into_iter().map(Error::from).collect()).into()))
    }
}

/// Files that change, and what is wrong with them.
#[pyclass(frozen, module = "meshery._native")]
pub(crate) struct Session(Mutex<analyze::Session>);

impl Session {
    fn with<T>(&self, work: impl FnOnce(&mut analyze::Session) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[pymethods]
impl Session {
    /// Without files, by options as JSON.
    #[new]
    fn new(py: Python<'_>, options: &str) -> PyResult<Self> {
        let options: Options = or_raise(py, json::read(options))?;
        let now = options.now.or(analyze::at_this_time().now);
        Ok(Self(Mutex::new(analyze::Session::new(Options { now, ..options }))))
    }

    fn put(&self, py: Python<'_>, files: &Files) {
        py.detach(|| self.with(|session| session.add_files(&files.0)));
    }

    fn remove(&self, name: &str) {
        self.with(|session| session.remove(name));
    }

    /// All objects as rules see them, as JSON.
    fn objects(&self, py: Python<'_>) -> PyResult<String> {
        let objects = self.with(|session| session.objects());
        or_raise(py, py.detach(|| to_json(&objects)))
    }

    /// What rules of Python have found, as JSON.
    fn remark(&self, py: Python<'_>, remarks: &str) -> PyResult<()> {
        let remarks: Vec<Remark> = or_raise(py, json::read(remarks))?;
        or_raise(py, self.with(|session| session.remark(&remarks)))
    }

    fn analysis(&self, py: Python<'_>) -> Analysis {
        Analysis(py.detach(|| self.with(analyze::Session::analysis)))
    }
}

/// What came of an analysis.
#[pyclass(frozen, module = "meshery._native")]
pub(crate) struct Analysis(analyze::Analysis);

#[pymethods]
impl Analysis {
    fn render(&self, py: Python<'_>, name: &str) -> PyResult<String> {
        or_raise(py, report::render(name, &self.0))
    }

    fn fingerprints(&self) -> Vec<String> {
        report::fingerprints(&self.0)
    }

    fn is_at_least(&self, py: Python<'_>, severity: &str) -> PyResult<bool> {
        let severity: Severity = or_raise(py, json::from_value(severity.into()))?;
        Ok(self.0.is_at_least(severity))
    }

    /// The files that fixes change, as names and contents.
    fn fixed(&self, unsafe_too: bool) -> Vec<(String, String)> {
        let text = |source: Source| (source.name, String::from_utf8_lossy(&source.text).into_owned());
        analyze::fixed(&self.0, unsafe_too).into_iter().map(text).collect()
    }

    fn diff(&self, unsafe_too: bool) -> String {
        analyze::diff(&self.0, &analyze::fixed(&self.0, unsafe_too))
    }
}
