//! Sample applications, and one as processes of this machine.

use std::collections::BTreeMap;

use meshery_core::{Error, Installation, MeshHost, SampleSpec, json};
use meshery_mesh::host::LocalOptions;
use meshery_mesh::{LocalHost, samples as known};
use napi_derive::napi;

use crate::call::{Call, Listener, Outcome};
use crate::error::{Result, thrown, to_json};

/// What is known of every sample application, as JSON.
#[napi]
pub(crate) fn samples() -> Result<String> {
    to_json(&known::infos()).map_err(thrown)
}

/// The instance that a sample application is on a cluster, as JSON.
#[napi]
pub(crate) fn sample_spec(spec: String) -> Result<String> {
    let instance = json::read::<SampleSpec>(&spec).and_then(|spec| known::spec(&spec));
    instance.and_then(|instance| to_json(&instance)).map_err(thrown)
}

/// Starts a sample application on this machine.
#[napi]
pub(crate) fn start_sample(spec: String, programs: BTreeMap<String, String>, listener: Listener<'_>) -> Result<Call> {
    let started = Call::start(&listener, async move |context| {
        let spec: SampleSpec = json::read(&spec)?;
        let programs = programs.into_iter().map(|(name, path)| (name, path.into())).collect();
        let host = LocalHost::new(LocalOptions { programs, ..LocalOptions::default() })?;
        let sample = host.start_sample(&spec, &context).await?;
        Ok(Outcome::Sample(host.into(), sample.into()))
    });
    started.map_err(thrown)
}

/// A sample, until it is stopped.
#[napi]
pub(crate) struct LocalSample {
    host: Box<LocalHost>,
    sample: Box<Installation>,
}

impl LocalSample {
    pub(crate) fn new(host: Box<LocalHost>, sample: Box<Installation>) -> Self {
        Self { host, sample }
    }
}

#[napi]
impl LocalSample {
    /// Where clients connect to.
    #[napi]
    pub fn entry(&self) -> String {
        self.sample.entry.clone()
    }

    /// The URL of a path of it.
    #[napi]
    pub fn url(&self, path: String) -> String {
        self.sample.url(&path)
    }

    /// The processes with their ids.
    #[napi]
    pub fn processes(&self) -> BTreeMap<String, u32> {
        self.sample.processes.iter().map(|process| (process.name.clone(), process.pid)).collect()
    }

    /// Ends everything. Ending it twice is no error.
    #[napi]
    pub fn stop(&self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| thrown(Error::from(error)))?;
        runtime.block_on(self.host.uninstall(&self.sample)).map_err(thrown)
    }
}
