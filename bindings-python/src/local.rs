//! What runs as processes of this machine: a sample application, or a mesh.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use meshery_core::{Context, Installation, MeshHost, Result, json};
use meshery_mesh::LocalHost;
use meshery_mesh::host::LocalOptions;
use pyo3::prelude::*;
use serde::Serialize;

use crate::call::{Call, Outcome};
use crate::error::{or_raise, to_json};

/// An installation on a host of its own, until it is stopped.
#[pyclass(frozen, module = "meshery._native")]
#[derive(Clone)]
pub(crate) struct LocalInstallation {
    host: Arc<LocalHost>,
    installation: Arc<Installation>,
}

/// Starts one on a new host.
pub(crate) fn start<Job, Work>(programs: BTreeMap<String, PathBuf>, job: Job) -> Result<Call>
where
    Job: FnOnce(Arc<LocalHost>, Context) -> Work + Send + 'static,
    Work: Future<Output = Result<Installation>> + Send,
{
    Call::start(async move |context| {
        let host = Arc::new(LocalHost::new(LocalOptions { programs, ..LocalOptions::default() })?);
        let installation = job(Arc::clone(&host), context).await?.into();
        Ok(Outcome::Local(LocalInstallation { host, installation }))
    })
}

impl LocalInstallation {
    /// Starts a call whose answer Python gets as JSON.
    fn ask<Job, Work, Found>(&self, job: Job) -> Result<Call>
    where
        Job: FnOnce(Self, Context) -> Work + Send + 'static,
        Work: Future<Output = Result<Found>> + Send,
        Found: Serialize,
    {
        let asked = self.clone();
        Call::start(async move |context| to_json(&job(asked, context).await?).map(Outcome::Document))
    }
}

#[pymethods]
impl LocalInstallation {
    fn entry(&self) -> &str {
        &self.installation.entry
    }

    fn url(&self, path: &str) -> String {
        self.installation.url(path)
    }

    fn processes(&self) -> Vec<(String, u32)> {
        self.installation.processes.iter().map(|process| (process.name.clone(), process.pid)).collect()
    }

    fn verify(&self, py: Python<'_>) -> PyResult<Call> {
        let job = async |Self { host, installation }: Self, context| host.verify(&installation, &context).await;
        or_raise(py, self.ask(job))
    }

    /// How many changes, as JSON.
    fn propagation(&self, py: Python<'_>, changes: &str) -> PyResult<Call> {
        let changes = or_raise(py, json::read(changes).map_err(|error| error.at("changes")))?;
        let call = self.ask(async move |Self { host, installation }: Self, context| {
            host.propagation(&installation, changes, &context).await
        });
        or_raise(py, call)
    }

    /// Ends everything. Ending it twice is no error.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        let stopped = py.detach(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(self.host.uninstall(&self.installation))
        });
        or_raise(py, stopped)
    }
}
