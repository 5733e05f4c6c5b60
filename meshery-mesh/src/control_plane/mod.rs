//! A real Kubernetes control plane as processes of this machine, for tests and for trying things out: etcd, the API
//! server, the controllers and the scheduler, and nodes that run nothing. It is not a cluster: containers never start.
//!
//! | module | holds |
//! |---|---|
//! | `programs` | where the servers are |
//! | `servers` | how each of them is started |
//! | `files` | keys, certificates and configurations |
//! | `start` | the order of it all |
//! | `node` | [`Nodes`] that run nothing, and say that all is well, or what they are told to say |
//! | `egress` | the way from the API server to webhooks and aggregated APIs: [`ControlPlane::serve`] |
//! | `stand_in` | [`StandIn`]: a webhook that answers, denies, hangs or is absent, as it is told |
//! | `companion` | programs beside it, such as a real istiod: [`ControlPlane::accompany`] |
//! | `audit` | [`Audit`]: every request that the server has answered |
//!
//! Everything listens on loopback, on free ports, and ends with its owner, however that ends. No kubeconfig of the
//! user's is read or written.

mod audit;
mod companion;
mod egress;
mod files;
mod node;
mod programs;
mod servers;
mod stand_in;
mod start;

use std::net::SocketAddr;
use std::path::PathBuf;

use meshery_core::host::ProcessStatus;
use meshery_core::{Context, ControlPlaneSpec, Result};
use tokio::runtime::Handle;

use crate::cluster::{Cluster, ClusterOptions, Credentials};
use crate::process::background::Background;
use crate::process::wait::or_cancelled;

pub use audit::{Audit, Mark};
pub use companion::{Companion, CompanionSpec};
pub use egress::Service;
pub use node::Nodes;
pub use programs::testbed;
pub(crate) use programs::{Programs, folders};
pub use stand_in::{Conduct, StandIn};

/// A running control plane, Linux only. Dropping it ends it and removes what it has written.
///
/// ```no_run
/// use meshery_mesh::ControlPlane;
///
/// # async fn example() -> meshery_core::Result<()> {
/// let control_plane = ControlPlane::start(&Default::default(), &Default::default()).await?;
/// let cluster = control_plane.cluster("my-test").await?;
/// println!("kubectl --kubeconfig {} get nodes", control_plane.kubeconfig_path().display());
/// # drop(cluster);
/// control_plane.stop()
/// # }
/// ```
pub struct ControlPlane {
    // Dropped in this order: first who still asks, then who answers.
    background: Background,
    plane: start::Plane,
}

impl std::fmt::Debug for ControlPlane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let start::Plane { address, version, .. } = &self.plane;
        f.debug_struct("ControlPlane").field("address", address).field("version", version).finish_non_exhaustive()
    }
}

impl ControlPlane {
    /// Starts all servers and waits until they are at work: requests are answered, controllers control, pods are
    /// scheduled. The call itself needs a tokio runtime; what goes on afterwards has its own.
    ///
    /// # Errors
    /// [`Unsupported`](meshery_core::ErrorKind::Unsupported) elsewhere than on Linux,
    /// [`Cancelled`](meshery_core::ErrorKind::Cancelled) with nothing left of it,
    /// [`ProgramMissing`](meshery_core::ErrorKind::ProgramMissing) with how to get it,
    /// [`ProcessDied`](meshery_core::ErrorKind::ProcessDied) and [`Timeout`](meshery_core::ErrorKind::Timeout) with a
    /// server's last words.
    pub async fn start(spec: &ControlPlaneSpec, context: &Context) -> Result<Self> {
        Self::start_from(Programs::new(spec.programs.as_deref()), spec, context).await
    }

    /// Starts it from these programs.
    pub(crate) async fn start_from(programs: Programs, spec: &ControlPlaneSpec, context: &Context) -> Result<Self> {
        let background = Background::start("meshery-plane")?;
        let started = background.run(start::start(spec.clone(), programs, context.clone()));
        let plane = or_cancelled(&context.cancel, started).await?;
        Ok(Self { background, plane })
    }

    /// Where the API server listens, for example `https://127.0.0.1:12345`.
    pub fn address(&self) -> &str {
        &self.plane.address
    }

    /// The version that the API server says it is, for example `v1.36.3`.
    pub fn version(&self) -> &str {
        &self.plane.version
    }

    /// A kubeconfig for its administrator, as YAML.
    pub fn kubeconfig(&self) -> &str {
        &self.plane.kubeconfig
    }

    /// The same as a file, that is removed with the control plane.
    pub fn kubeconfig_path(&self) -> PathBuf {
        self.plane.folder.path().join(files::ADMINISTRATOR)
    }

    /// A connection as its administrator. The audit log calls it by this name.
    ///
    /// # Errors
    /// [`Tls`](meshery_core::ErrorKind::Tls) when there can be no client.
    pub async fn cluster(&self, user_agent: &str) -> Result<Cluster> {
        connect(self.kubeconfig(), user_agent).await
    }

    /// The same for callers whose runtimes come and go. It is there as long as the control plane.
    pub(crate) async fn lasting_cluster(&self, user_agent: &str) -> Result<Cluster> {
        let (kubeconfig, user_agent) = (self.kubeconfig().to_owned(), user_agent.to_owned());
        let cluster = self.background.run(async move { connect(&kubeconfig, &user_agent).await }).await?;
        Ok(cluster.sent_from(self.background().clone()))
    }

    /// Where work goes on for as long as the control plane does.
    pub(crate) fn background(&self) -> &Handle {
        self.background.handle()
    }

    /// Every request that the API server has answered.
    pub fn audit(&self) -> &Audit {
        &self.plane.audit
    }

    /// Its nodes.
    pub fn nodes(&self) -> &Nodes {
        &self.plane.nodes
    }

    /// From now on the API server finds this service, as a webhook or as an aggregated API, at a local address; without
    /// one, nobody is there.
    pub fn serve(&self, service: Service, at: Option<SocketAddr>) {
        self.plane.services.place(service, at);
    }

    /// Starts a stand-in for a service that cannot run here, and has it found by the API server.
    ///
    /// # Errors
    /// When there is no port or no certificate for it.
    pub async fn stand_in(&self, service: Service) -> Result<StandIn> {
        let (whom, kubeconfig) = (service.clone(), self.kubeconfig().to_owned());
        let start = async move { StandIn::start(&whom, connect(&kubeconfig, "meshery-stand-in").await?) };
        let stand_in = self.background.run(start).await?;
        self.plane.services.place(service, Some(stand_in.address()));
        Ok(stand_in)
    }

    /// The processes with their ids, in the order of their start.
    pub fn processes(&self) -> impl Iterator<Item = (&str, u32)> {
        self.plane.servers.iter().map(|server| (server.name(), server.pid()))
    }

    /// How each process is, in the order of their start.
    pub(crate) async fn status(&mut self) -> Result<Vec<ProcessStatus>> {
        let mut all = Vec::new();
        for server in &mut self.plane.servers {
            all.push(ProcessStatus {
                name: server.name().to_owned(),
                running: server.is_running()?,
                version: None,
                last_words: server.last_words().await?,
            });
        }
        Ok(all)
    }

    /// Ends everything: no process, port or file is left.
    ///
    /// # Errors
    /// What could not be ended.
    pub fn stop(self) -> Result<()> {
        let Self { background, plane } = self;
        drop(background);
        plane.stop()
    }
}

async fn connect(kubeconfig: &str, user_agent: &str) -> Result<Cluster> {
    let credentials = Credentials::Text(kubeconfig.to_owned());
    Cluster::connect(&ClusterOptions { credentials, user_agent: user_agent.into(), ..ClusterOptions::default() }).await
}
