//! What would change, and what it looks like.

use meshery_core::{ChangePlan, json, lifecycle};
use pyo3::prelude::*;

use crate::error::{or_raise, to_json};

/// A plan.
#[pyclass(frozen, module = "meshery._native")]
pub(crate) struct Plan(ChangePlan);

#[pymethods]
impl Plan {
    /// Reads a plan from JSON.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        or_raise(py, json::read(text)).map(Self)
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        or_raise(py, to_json(&self.0))
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn to_text(&self) -> String {
        self.0.to_text()
    }

    fn to_ansi(&self) -> String {
        self.0.to_ansi()
    }

    fn to_html(&self) -> String {
        self.0.to_html()
    }

    /// The roles that grant what it takes, as JSON.
    fn roles(&self, py: Python<'_>, name: &str) -> PyResult<String> {
        or_raise(py, to_json(&lifecycle::roles(name, &self.0.permissions)))
    }
}
