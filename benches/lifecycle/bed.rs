//! The control plane that a row is played on, and what a person would do on it by hand.

use std::time::{Duration, Instant};

use meshery_core::{Context, ControlPlaneSpec, Error, ErrorKind, ObjectId};
use meshery_mesh::ControlPlane;
use meshery_mesh::cluster::{Cluster, Discovery, Method, Request};
use meshery_mesh::lifecycle::Snapshot;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::Result;
use crate::process::cpu_seconds_of;

/// What the audit log calls the bench's own requests.
const OURSELVES: &str = "bench";
/// How long controllers may take for anything.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(100);

pub(crate) struct Bed {
    // Dropped in this order.
    pub(crate) cluster: Cluster,
    pub(crate) plane: ControlPlane,
    runtime: Runtime,
}

impl Bed {
    pub(crate) fn start() -> Result<Self> {
        let runtime = Builder::new_multi_thread().enable_all().build()?;
        let plane = runtime.block_on(ControlPlane::start(&ControlPlaneSpec::default(), &Context::default()))?;
        let cluster = runtime.block_on(plane.cluster(OURSELVES))?;
        Ok(Self { cluster, plane, runtime })
    }

    pub(crate) fn run<T>(&self, work: impl Future<Output = meshery_core::Result<T>>) -> Result<T> {
        Ok(self.runtime.block_on(work)?)
    }

    /// Processor time that the API server and its storage have had until now, in seconds.
    pub(crate) fn cpu_of_the_server(&self) -> Result<f64> {
        let servers = self.plane.processes().filter(|(name, _)| ["etcd", "kube-apiserver"].contains(name));
        servers.map(|(_, id)| cpu_seconds_of(id)).sum()
    }

    /// Everything that is there.
    pub(crate) fn snapshot(&self) -> Result<Snapshot> {
        self.run(Snapshot::take(&self.cluster))
    }

    /// Makes a namespace, and waits for what comes with each: nobody is to be timed while controllers make that.
    pub(crate) fn make_namespace(&self, name: &str) -> Result {
        self.run(async {
            let namespace = json!({ "metadata": { "name": name } });
            send(&self.cluster, Method::Post, "/api/v1/namespaces", Some(("application/json", &namespace))).await?;
            for part in ["serviceaccounts/default", "configmaps/kube-root-ca.crt"] {
                let path = format!("/api/v1/namespaces/{name}/{part}");
                until(&path, async || Ok(self.cluster.send(Request::get(&path)).await?.status == 200)).await?;
            }
            Ok(())
        })
    }

    /// Removes a namespace, and definitions that a client has left, and waits until everything is as it was.
    pub(crate) fn clean(&self, namespace: &str, before: &Snapshot) -> Result {
        let left = before.compare(&self.snapshot()?);
        let definitions = left.added.iter().filter(|id| id.kind.kind == "CustomResourceDefinition");
        self.run(async {
            delete(&self.cluster, &format!("/api/v1/namespaces/{namespace}")).await?;
            for id in definitions {
                let path = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{}", id.name);
                delete(&self.cluster, &path).await?;
            }
            self.until_as_before(before).await
        })
    }

    async fn until_as_before(&self, before: &Snapshot) -> meshery_core::Result<()> {
        let mut left: Vec<ObjectId> = Vec::new();
        let is_clean = async || {
            let difference = before.compare(&Snapshot::take(&self.cluster).await?);
            left = [difference.added, difference.removed, difference.changed].concat();
            // The server forgets kinds a while after their definitions.
            let discovery = Discovery::read(&self.cluster).await?;
            let is_stale = discovery.kinds().any(|kind| kind.group.ends_with("istio.io"));
            Ok(left.is_empty() && !is_stale)
        };
        until("everything as it was", is_clean)
            .await
            .map_err(|error| left.iter().take(10).fold(error, |error, id| error.with("left", id.to_string())))
    }

    /// Changes a part of what is at a path.
    pub(crate) async fn merge(&self, path: &str, part: &Value) -> meshery_core::Result<()> {
        send(&self.cluster, Method::Patch, path, Some(("application/merge-patch+json", part))).await
    }
}

async fn delete(cluster: &Cluster, path: &str) -> meshery_core::Result<()> {
    send(cluster, Method::Delete, path, None).await
}

async fn send(
    cluster: &Cluster,
    method: Method,
    path: &str,
    body: Option<(&'static str, &Value)>,
) -> meshery_core::Result<()> {
    let mut request = Request::new(method, path);
    if let Some((form, body)) = body {
        request = request.body(form, body.to_string().into_bytes());
    }
    cluster.send(request).await?.body().await.map(drop)
}

/// Looks again and again until it is so.
pub(crate) async fn until(
    what: &str,
    mut is_so: impl AsyncFnMut() -> meshery_core::Result<bool>,
) -> meshery_core::Result<()> {
    let begun = Instant::now();
    while !is_so().await? {
        if begun.elapsed() > PATIENCE {
            return Err(Error::new(ErrorKind::Timeout, format!("waited in vain for {what}"))
                .expected(format!("within {PATIENCE:?}")));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
