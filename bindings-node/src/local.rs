//! What runs as processes of this machine: a sample application, or a mesh.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::{Context, Error, Installation, MeshHost, MeshSpec, SampleSpec, json};
use meshery_mesh::LocalHost;
use meshery_mesh::host::LocalOptions;
use napi_derive::napi;
use serde::Serialize;

use crate::call::{Call, Listener, Outcome};
use crate::error::{Result, thrown, to_json};

/// An installation on a host of its own, until it is stopped.
#[napi]
#[derive(Clone)]
pub(crate) struct LocalInstallation {
    host: Arc<LocalHost>,
    installation: Arc<Installation>,
}

/// Starts a sample application on this machine.
#[napi]
pub(crate) fn start_sample(spec: String, programs: BTreeMap<String, String>, listener: Listener<'_>) -> Result<Call> {
    start(programs, &listener, async move |host, context| {
        let spec: SampleSpec = json::read(&spec)?;
        host.start_sample(&spec, &context).await
    })
}

/// Installs a mesh on this machine.
#[napi]
pub(crate) fn start_mesh(spec: String, programs: BTreeMap<String, String>, listener: Listener<'_>) -> Result<Call> {
    start(programs, &listener, async move |host, context| {
        let spec: MeshSpec = json::read(&spec)?;
        host.install(&spec, &context).await
    })
}

/// Starts something on a new host.
fn start<Job, Work>(programs: BTreeMap<String, String>, listener: &Listener<'_>, job: Job) -> Result<Call>
where
    Job: FnOnce(Arc<LocalHost>, Context) -> Work + Send + 'static,
    Work: Future<Output = meshery_core::Result<Installation>> + Send,
{
    let started = Call::start(listener, async move |context| {
        let programs = programs.into_iter().map(|(name, path)| (name, path.into())).collect();
        let host = Arc::new(LocalHost::new(LocalOptions { programs, ..LocalOptions::default() })?);
        let installation = job(Arc::clone(&host), context).await?.into();
        Ok(Outcome::Local(LocalInstallation { host, installation }))
    });
    started.map_err(thrown)
}

impl LocalInstallation {
    /// Starts a call whose answer JavaScript gets as JSON.
    fn ask<Job, Work, Found>(&self, listener: &Listener<'_>, job: Job) -> Result<Call>
    where
        Job: FnOnce(Self, Context) -> Work + Send + 'static,
        Work: Future<Output = meshery_core::Result<Found>> + Send,
        Found: Serialize,
    {
        let asked = self.clone();
        let started =
            Call::start(listener, async move |context| to_json(&job(asked, context).await?).map(Outcome::Document));
        started.map_err(thrown)
    }
}

#[napi]
impl LocalInstallation {
    /// Where clients connect to.
    #[napi]
    pub fn entry(&self) -> String {
        self.installation.entry.clone()
    }

    /// The URL of a path of it.
    #[napi]
    pub fn url(&self, path: String) -> String {
        self.installation.url(&path)
    }

    /// The processes with their ids.
    #[napi]
    pub fn processes(&self) -> BTreeMap<String, u32> {
        self.installation.processes.iter().map(|process| (process.name.clone(), process.pid)).collect()
    }

    /// Whether it does what it promises.
    #[napi]
    pub fn verify(&self, listener: Listener<'_>) -> Result<Call> {
        self.ask(&listener, async move |Self { host, installation }: Self, context| {
            host.verify(&installation, &context).await
        })
    }

    /// How long so many changes take, a number as JSON.
    #[napi]
    pub fn propagation(&self, changes: String, listener: Listener<'_>) -> Result<Call> {
        self.ask(&listener, async move |Self { host, installation }: Self, context| {
            let changes = json::read(&changes).map_err(|error| error.at("changes"))?;
            host.propagation(&installation, changes, &context).await
        })
    }

    /// Ends everything. Ending it twice is no error.
    #[napi]
    pub fn stop(&self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| thrown(Error::from(error)))?;
        runtime.block_on(self.host.uninstall(&self.installation)).map_err(thrown)
    }
}
