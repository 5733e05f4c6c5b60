//! From [`meshery_core::Error`] to `meshery.MesheryError`, and JSON on both ways.

use meshery_core::{Error, Result};
use pyo3::prelude::*;
use serde::Serialize;

/// A document of the core as JSON.
pub(crate) fn to_json(document: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(document)?)
}

/// The value, or `MesheryError` raised.
pub(crate) fn or_raise<T>(py: Python<'_>, result: Result<T>) -> PyResult<T> {
    result.map_err(|error| exception(py, &error).unwrap_or_else(|other| other))
}

fn exception(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let report = serde_json::to_string(error.report()).unwrap_or_default();
    let report = py.import("json")?.call_method1("loads", (report,))?;
    let class = py.import("meshery._error")?.getattr("MesheryError")?;
    Ok(PyErr::from_value(class.call1((error.to_string(), report))?))
}
