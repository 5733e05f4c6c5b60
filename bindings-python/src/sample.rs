//! A sample application as processes of this machine.

use meshery_core::{Installation, MeshHost};
use meshery_mesh::LocalHost;
use pyo3::prelude::*;

use crate::error::or_raise;

/// A sample, until it is stopped.
#[pyclass(frozen, module = "meshery._native")]
pub(crate) struct LocalSample {
    host: Box<LocalHost>,
    sample: Box<Installation>,
}

impl LocalSample {
    pub(crate) fn new(host: Box<LocalHost>, sample: Box<Installation>) -> Self {
        Self { host, sample }
    }
}

#[pymethods]
impl LocalSample {
    fn entry(&self) -> &str {
        &self.sample.entry
    }

    fn url(&self, path: &str) -> String {
        self.sample.url(path)
    }

    fn processes(&self) -> Vec<(String, u32)> {
        self.sample.processes.iter().map(|process| (process.name.clone(), process.pid)).collect()
    }

    /// Ends everything. Ending it twice is no error.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        let stopped = py.detach(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(self.host.uninstall(&self.sample))
        });
        or_raise(py, stopped)
    }
}
