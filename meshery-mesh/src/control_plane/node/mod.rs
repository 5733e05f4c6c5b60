//! Nodes that run nothing. What a kubelet would say of itself and of its pods is said all the same: so Deployments,
//! DaemonSets and Jobs go on, or fail in the way that is asked for.

mod heartbeat;
mod pods;
mod status;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use meshery_core::control_plane::{NodeSpec, PodFate};
use meshery_core::{Error, ErrorKind, Result};
use serde_json::json;
use tokio::sync::Notify;

use crate::cluster::{Api, Cluster, Method, Request};

/// The nodes of a control plane. Cheap to clone.
///
/// ```no_run
/// use meshery_core::control_plane::PodFate;
///
/// # async fn example(control_plane: &meshery_mesh::ControlPlane) -> meshery_core::Result<()> {
/// control_plane.nodes().destine("istio-system", "istiod", PodFate::CrashLoop);
/// control_plane.nodes().cordon("node-1", true).await?; // from now on, pods stay unscheduled
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Nodes(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// Told when pods have to be looked at again.
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    cluster: Option<Cluster>,
    /// Those that say something.
    alive: Vec<String>,
    /// Namespace, beginning of the name, fate: the last that fits counts.
    rules: Vec<(String, String, PodFate)>,
    /// What the server refused.
    troubles: Vec<String>,
}

impl Nodes {
    /// Adds a node.
    ///
    /// # Errors
    /// What the API server refuses.
    pub async fn add(&self, node: NodeSpec) -> Result<()> {
        let cluster = self.cluster()?;
        cluster.create(&node_api(), None, &status::node(&node)).await?;
        let path = format!("{}/status", node_api().path(None, Some(&node.name)));
        cluster.merge(path, &json!({ "status": status::node_status(&node) })).await?;
        heartbeat::beat(&cluster, &node.name).await?;
        self.lock().alive.push(node.name);
        self.0.changed.notify_one();
        Ok(())
    }

    /// Takes a node out of service, or back into it: no new pod is scheduled on it.
    ///
    /// # Errors
    /// What the API server refuses.
    pub async fn cordon(&self, name: &str, cordoned: bool) -> Result<()> {
        let path = node_api().path(None, Some(name));
        self.cluster()?.merge(path, &json!({ "spec": { "unschedulable": cordoned } })).await.map(drop)
    }

    /// The node says nothing any more, neither of itself nor of its pods, as if its machine had gone down.
    pub fn silence(&self, name: &str) {
        self.lock().alive.retain(|alive| alive != name);
    }

    /// Removes a node, and with it, sooner or later, its pods.
    ///
    /// # Errors
    /// What the API server refuses.
    pub async fn remove(&self, name: &str) -> Result<()> {
        self.silence(name);
        let path = node_api().path(None, Some(name));
        self.cluster()?.send(Request::new(Method::Delete, path)).await?.body().await.map(drop)
    }

    /// What becomes of the pods of a namespace whose names begin so: those that are there, and those to come.
    pub fn destine(&self, namespace: &str, name_prefix: &str, fate: PodFate) {
        self.lock().rules.push((namespace.into(), name_prefix.into(), fate));
        self.0.changed.notify_one();
    }

    /// What the API server has refused to be told of pods, so far. Empty, unless a pod is stranger than the nodes know.
    pub fn troubles(&self) -> Vec<String> {
        self.lock().troubles.clone()
    }

    /// From now on nodes are kept alive and pods are looked after.
    pub(super) fn attend(&self, cluster: Cluster) {
        self.lock().cluster = Some(cluster.clone());
        tokio::spawn(heartbeat::keep(self.clone(), cluster.clone()));
        tokio::spawn(pods::attend(self.clone(), cluster));
    }

    fn fate(&self, namespace: &str, name: &str) -> PodFate {
        let state = self.lock();
        let fits = |rule: &&(String, String, PodFate)| rule.0 == namespace && name.starts_with(&rule.1);
        state.rules.iter().rev().find(fits).map(|rule| rule.2.clone()).unwrap_or_default()
    }

    fn is_alive(&self, name: &str) -> bool {
        self.lock().alive.iter().any(|alive| alive == name)
    }

    fn cluster(&self) -> Result<Cluster> {
        let missing = || Error::new(ErrorKind::Internal, "the control plane does not answer yet");
        self.lock().cluster.clone().ok_or_else(missing)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn node_api() -> Api {
    Api::core("Node", "nodes", false)
}
