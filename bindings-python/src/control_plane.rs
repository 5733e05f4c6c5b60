//! A control plane under way.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use meshery_core::{Error, ErrorKind, Result, json};
use meshery_mesh::control_plane::Mark;
use pyo3::prelude::*;

use crate::call::{Call, Outcome};
use crate::error::{or_raise, to_json};

/// A control plane, until it is stopped.
#[pyclass(frozen, module = "meshery._native")]
pub(crate) struct ControlPlane(Mutex<Option<meshery_mesh::ControlPlane>>);

impl ControlPlane {
    pub(crate) fn new(plane: meshery_mesh::ControlPlane) -> Self {
        Self(Mutex::new(Some(plane)))
    }

    fn open(&self) -> MutexGuard<'_, Option<meshery_mesh::ControlPlane>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask<T>(&self, py: Python<'_>, question: impl FnOnce(&meshery_mesh::ControlPlane) -> Result<T>) -> PyResult<T> {
        let stopped = || Error::new(ErrorKind::NotFound, "the control plane is stopped");
        or_raise(py, self.open().as_ref().ok_or_else(stopped).and_then(question))
    }
}

#[pymethods]
impl ControlPlane {
    fn address(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |plane| Ok(plane.address().to_owned()))
    }

    fn version(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |plane| Ok(plane.version().to_owned()))
    }

    fn kubeconfig(&self, py: Python<'_>) -> PyResult<String> {
        self.ask(py, |plane| Ok(plane.kubeconfig().to_owned()))
    }

    fn kubeconfig_path(&self, py: Python<'_>) -> PyResult<PathBuf> {
        self.ask(py, |plane| Ok(plane.kubeconfig_path()))
    }

    fn processes(&self, py: Python<'_>) -> PyResult<Vec<(String, u32)>> {
        self.ask(py, |plane| Ok(plane.processes().map(|(name, pid)| (name.to_owned(), pid)).collect()))
    }

    /// A fate, as JSON, for pods of a namespace.
    fn destine(&self, py: Python<'_>, namespace: &str, name_prefix: &str, fate: &str) -> PyResult<()> {
        self.ask(py, |plane| {
            plane.nodes().destine(namespace, name_prefix, json::read(fate)?);
            Ok(())
        })
    }

    fn silence(&self, py: Python<'_>, node: &str) -> PyResult<()> {
        self.ask(py, |plane| {
            plane.nodes().silence(node);
            Ok(())
        })
    }

    fn cordon(&self, py: Python<'_>, node: String, cordoned: bool) -> PyResult<Call> {
        self.ask(py, |plane| {
            let nodes = plane.nodes().clone();
            Call::start(async move |_| {
                nodes.cordon(&node, cordoned).await?;
                Ok(Outcome::Document("null".into()))
            })
        })
    }

    /// A place in the audit log, as JSON.
    fn mark(&self, py: Python<'_>) -> PyResult<Call> {
        self.ask(py, |plane| {
            let audit = plane.audit().clone();
            Call::start(async move |_| to_json(&audit.mark().await?.0).map(Outcome::Document))
        })
    }

    /// The requests between two places, as JSON.
    fn requests(&self, py: Python<'_>, since: u64, until: Option<u64>) -> PyResult<String> {
        self.ask(py, |plane| {
            let (audit, since) = (plane.audit(), Mark(since));
            to_json(&until.map_or_else(|| audit.since(since), |until| audit.between(since, Mark(until)))?)
        })
    }

    /// Ends everything. Ending it twice is no error.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        let plane = self.open().take();
        or_raise(py, py.detach(|| plane.map_or(Ok(()), meshery_mesh::ControlPlane::stop)))
    }
}
