//! Everything that is on a cluster at a time.

use pyo3::prelude::*;

use crate::error::{or_raise, to_json};

/// A snapshot.
#[pyclass(frozen, module = "meshery._native")]
pub(crate) struct Snapshot(pub(crate) meshery_mesh::lifecycle::Snapshot);

#[pymethods]
impl Snapshot {
    /// What differs in a later one, as JSON.
    fn compare(&self, py: Python<'_>, later: &Self) -> PyResult<String> {
        or_raise(py, to_json(&self.0.compare(&later.0)))
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }
}
