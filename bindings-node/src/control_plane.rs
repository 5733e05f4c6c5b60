//! A control plane under way.

use std::collections::BTreeMap;

use meshery_core::{ControlPlaneSpec, Error, ErrorKind, json};
use meshery_mesh::control_plane::Mark;
use napi_derive::napi;

use crate::call::{Call, Listener, Outcome};
use crate::error::{Result, thrown, to_json};

/// A control plane, until it is stopped.
#[napi]
pub(crate) struct ControlPlane(Option<meshery_mesh::ControlPlane>);

/// Starts a control plane.
#[napi]
pub(crate) fn start_control_plane(spec: String, listener: Listener<'_>) -> Result<Call> {
    let started = Call::start(&listener, async move |context| {
        let spec: ControlPlaneSpec = json::read(&spec)?;
        let plane = meshery_mesh::ControlPlane::start(&spec, &context).await?;
        Ok(Outcome::ControlPlane(plane.into()))
    });
    started.map_err(thrown)
}

impl ControlPlane {
    pub(crate) fn new(plane: meshery_mesh::ControlPlane) -> Self {
        Self(Some(plane))
    }

    fn plane(&self) -> Result<&meshery_mesh::ControlPlane> {
        self.0.as_ref().ok_or_else(|| thrown(Error::new(ErrorKind::NotFound, "the control plane is stopped")))
    }
}

#[napi]
impl ControlPlane {
    /// Where the API server listens.
    #[napi]
    pub fn address(&self) -> Result<String> {
        Ok(self.plane()?.address().to_owned())
    }

    /// The version that the API server says it is.
    #[napi]
    pub fn version(&self) -> Result<String> {
        Ok(self.plane()?.version().to_owned())
    }

    /// A kubeconfig for its administrator.
    #[napi]
    pub fn kubeconfig(&self) -> Result<String> {
        Ok(self.plane()?.kubeconfig().to_owned())
    }

    /// The same as a file.
    #[napi]
    pub fn kubeconfig_path(&self) -> Result<String> {
        Ok(self.plane()?.kubeconfig_path().display().to_string())
    }

    /// The processes with their ids.
    #[napi]
    pub fn processes(&self) -> Result<BTreeMap<String, u32>> {
        Ok(self.plane()?.processes().map(|(name, pid)| (name.to_owned(), pid)).collect())
    }

    /// A fate, as JSON, for pods of a namespace.
    #[napi]
    pub fn destine(&self, namespace: String, name_prefix: String, fate: String) -> Result<()> {
        self.plane()?.nodes().destine(&namespace, &name_prefix, json::read(&fate).map_err(thrown)?);
        Ok(())
    }

    /// The node says nothing any more.
    #[napi]
    pub fn silence(&self, node: String) -> Result<()> {
        self.plane()?.nodes().silence(&node);
        Ok(())
    }

    /// Takes a node out of service, or back into it.
    #[napi]
    pub fn cordon(&self, node: String, cordoned: bool, listener: Listener<'_>) -> Result<Call> {
        let nodes = self.plane()?.nodes().clone();
        let started = Call::start(&listener, async move |_| {
            nodes.cordon(&node, cordoned).await?;
            Ok(Outcome::Document("null".into()))
        });
        started.map_err(thrown)
    }

    /// A place in the audit log, as JSON.
    #[napi]
    pub fn mark(&self, listener: Listener<'_>) -> Result<Call> {
        let audit = self.plane()?.audit().clone();
        let started = Call::start(&listener, async move |_| to_json(&audit.mark().await?.0).map(Outcome::Document));
        started.map_err(thrown)
    }

    /// The requests between two places, as JSON.
    #[napi]
    pub fn requests(&self, since: f64, until: Option<f64>) -> Result<String> {
        let (audit, since) = (self.plane()?.audit(), Mark(since as u64));
        let found = until.map_or_else(|| audit.since(since), |until| audit.between(since, Mark(until as u64)));
        found.and_then(|found| to_json(&found)).map_err(thrown)
    }

    /// Ends everything. Ending it twice is no error.
    #[napi]
    pub fn stop(&mut self) -> Result<()> {
        self.0.take().map_or(Ok(()), meshery_mesh::ControlPlane::stop).map_err(thrown)
    }
}
