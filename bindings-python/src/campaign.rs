//! The result of a campaign, and the look-ups and formats of it.

use std::path::PathBuf;

use meshery_core::{Error, json};
use meshery_perf::report;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::arrow::stream;
use crate::comparison::Comparison;
use crate::error::{or_raise, to_json};

/// The result of a campaign.
#[pyclass(frozen, module = "meshery._native")]
pub(crate) struct Campaign(pub(crate) meshery_core::Campaign);

#[pymethods]
impl Campaign {
    /// Reads a result from JSON.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        or_raise(py, py.detach(|| json::read_campaign(text))).map(Self)
    }

    /// The result in one of the formats of the core.
    fn render(&self, py: Python<'_>, name: &str) -> PyResult<String> {
        or_raise(py, py.detach(|| report::render(name, &self.0)))
    }

    /// Every effect, as a stream of Arrow.
    fn arrow_stream<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        stream(py, report::effects(&self.0))
    }

    /// The result for a notebook cell.
    fn html_fragment(&self, py: Python<'_>) -> PyResult<String> {
        or_raise(py, py.detach(|| report::html_fragment(&self.0)))
    }

    /// The names of every workload and point.
    fn cells(&self) -> Vec<(String, String)> {
        self.0.cells.iter().map(|cell| (cell.workload.clone(), cell.point.clone())).collect()
    }

    /// What was found of a workload at a point.
    fn cell(&self, py: Python<'_>, workload: &str, point: &str) -> PyResult<Comparison> {
        let cell = self.0.cell(workload, point).ok_or_else(|| {
            Error::invalid("cells", "no such cell").found(format!("workload {workload:?}, point {point:?}"))
        });
        or_raise(py, cell).map(|cell| Comparison(cell.comparison.clone()))
    }

    /// Pass or fail by a specification, as JSON.
    fn gate(&self, py: Python<'_>, spec: &str) -> PyResult<String> {
        or_raise(py, py.detach(|| to_json(&meshery_perf::gate::judge(&self.0, &json::read(spec)?)?)))
    }

    /// Writes the formats that belong into files into a directory.
    #[expect(clippy::needless_pass_by_value, reason = "the interpreter hands values over")]
    fn save(&self, py: Python<'_>, directory: PathBuf) -> PyResult<()> {
        or_raise(py, py.detach(|| report::save(&self.0, &directory)).map(drop))
    }
}
