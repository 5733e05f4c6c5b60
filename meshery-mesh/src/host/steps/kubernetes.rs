//! A Kubernetes control plane of an installation's own, and what is asked of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use meshery_core::lifecycle::Source;
use meshery_core::{Context, ControlPlaneSpec, Error, ErrorKind, InstanceSpec, Object, OperationOptions, Result};
use serde_json::{Value, json};

use super::super::site::{Ground, Site};
use crate::ControlPlane;
use crate::cluster::{Cluster, Discovery, Method, Request};
use crate::control_plane::Programs;
use crate::lifecycle::Lifecycle;

/// What the audit log calls a host.
const USER_AGENT: &str = "meshery-host";
/// Between two looks at an object that somebody else writes.
const PAUSE: Duration = Duration::from_millis(20);

/// A control plane of its own. Dropping it ends it.
pub(in crate::host) struct Kubernetes {
    pub(in crate::host) plane: ControlPlane,
    pub(in crate::host) cluster: Cluster,
    /// How many instances were installed on it.
    applied: u32,
}

impl Site {
    pub(super) async fn start_kubernetes(&mut self, name: &str, ground: &Ground, context: &Context) -> Result<()> {
        let found: BTreeMap<_, _> =
            self.programs.iter().map(|(name, path)| (name.clone(), PathBuf::from(path))).collect();
        let defaults = ControlPlaneSpec::default();
        let start_timeout = ground.start_timeout.max(defaults.start_timeout);
        let spec = ControlPlaneSpec { nodes: Vec::new(), start_timeout, ..defaults };
        let plane = ControlPlane::start_from(Programs::found(found), &spec, context).await?;
        self.references.documents.insert(format!("{name}.kubeconfig"), plane.kubeconfig().to_owned());
        let cluster = plane.lasting_cluster(USER_AGENT).await?;
        self.planes.insert(name.to_owned(), Kubernetes { plane, cluster, applied: 0 });
        Ok(())
    }

    pub(in crate::host) fn kubernetes(&self, name: &str) -> Result<&Kubernetes> {
        self.planes.get(name).ok_or_else(|| unknown(name))
    }

    pub(super) async fn apply(
        &mut self,
        cluster: &str,
        files: &[String],
        objects: &[Value],
        context: &Context,
    ) -> Result<()> {
        let documents = objects.iter().map(|object| Ok(self.references.json(object)?.to_string()));
        let documents: Vec<String> = documents.collect::<Result<_>>()?;
        let mut sources: Vec<Source> = files.iter().cloned().map(Source::Path).collect();
        sources.push(Source::Text(documents.join("\n---\n")));
        self.planes.get_mut(cluster).ok_or_else(|| unknown(cluster))?.install(sources, context).await
    }

    pub(super) async fn read_object(
        &mut self,
        cluster: &str,
        path: &str,
        pointer: &str,
        limit: Duration,
    ) -> Result<String> {
        let begun = Instant::now();
        loop {
            let seen = self.kubernetes(cluster)?.get(path).await;
            let found = match seen {
                Ok(object) => match object.pointer(pointer).and_then(Value::as_str) {
                    Some(text) if !text.is_empty() => return Ok(text.to_owned()),
                    _ => "the object without it".to_owned(),
                },
                Err(error) if error.kind() == ErrorKind::NotFound => "no object".to_owned(),
                Err(error) => return Err(error.at(path)),
            };
            self.all_alive().await?;
            if begun.elapsed() >= limit {
                return Err(Error::new(ErrorKind::Timeout, "nobody has written the object")
                    .at(path)
                    .expected(format!("text at {pointer} within {limit:?}"))
                    .found(found)
                    .with("last words", self.last_words().await));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

impl Kubernetes {
    /// Applies everything in the order in which it must be there, definitions before their resources.
    async fn install(&mut self, sources: Vec<Source>, context: &Context) -> Result<()> {
        self.applied += 1;
        let instance = InstanceSpec::new(format!("step-{}", self.applied), "default", sources);
        // What becomes ready later is waited for by the steps that need it.
        let options = OperationOptions { wait: false, ..OperationOptions::default() };
        Lifecycle::new(self.cluster.clone()).install(&instance, &options, context).await.map(drop)
    }

    pub(in crate::host) async fn get(&self, path: &str) -> Result<Value> {
        self.cluster.send(Request::get(path)).await?.json().await
    }

    /// A token for a day, longer than any comparison: nobody renews it.
    pub(super) async fn token(&self, namespace: &str, account: &str, audience: &str) -> Result<String> {
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token");
        let wanted = json!({
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": { "audiences": [audience], "expirationSeconds": 24 * 3600 },
        });
        let request = Request::new(Method::Post, &path).body("application/json", serde_json::to_vec(&wanted)?);
        let answer: Value = self.cluster.send(request).await?.json().await.map_err(|error: Error| error.at(&path))?;
        let token = answer.pointer("/status/token").and_then(Value::as_str).map(str::to_owned);
        token.ok_or_else(|| Error::new(ErrorKind::Protocol, "the API server gives no token").at(path))
    }

    /// Where an object is at the API server.
    pub(in crate::host) async fn path_of(&self, object: &Object) -> Result<String> {
        let discovery = Discovery::read(&self.cluster).await?;
        let api = discovery.find(object.api_version(), object.kind()).ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "the API server does not know the kind").found(object.kind())
        })?;
        Ok(api.path(Some(object.namespace().unwrap_or("default")), Some(object.name())))
    }

    /// Writes an object, whoever wrote it before.
    pub(in crate::host) async fn write(&self, path: &str, object: &Value) -> Result<()> {
        let request = Request::new(Method::Patch, path).query("fieldManager", USER_AGENT).query("force", "true");
        let request = request.body("application/apply-patch+yaml", serde_json::to_vec(object)?);
        self.cluster.send(request).await?.body().await.map(drop)
    }

    /// Removes an object.
    pub(in crate::host) async fn delete(&self, path: &str) -> Result<()> {
        self.cluster.send(Request::new(Method::Delete, path)).await?.body().await.map(drop)
    }
}

fn unknown(name: &str) -> Error {
    Error::new(ErrorKind::Internal, "no step has started the control plane").found(name)
}
