//! From nothing to a control plane at work.

use std::process::Command;
use std::time::Duration;

use meshery_core::{Context, ControlPlaneSpec, Error, ErrorKind, Event, Result};

use super::files::{self, CONTROLLERS, SCHEDULER};
use super::programs::Programs;
use super::servers::{self, file};
use super::{Audit, Nodes, connect, egress};
use crate::cluster::{Api, Cluster, ClusterOptions, Credentials, Request, Watch};
use crate::process::child::Child;
use crate::process::folder::Folder;
use crate::process::notify::Notice;
use crate::process::ports::{Port, Ports, retried};
use crate::process::spawn::Spawner;

/// How long is listened before it is looked whether the process still lives.
const LISTEN: Duration = Duration::from_millis(200);
/// The same where what it does is looked at, which takes the API server its time.
const LOOK: Duration = Duration::from_secs(2);

/// The parts of a control plane, in the order in which they go: what answers, then what it has written.
pub(super) struct Plane {
    /// In the order of their start.
    pub(super) servers: Vec<Child>,
    pub(super) spawner: Spawner,
    pub(super) programs: Programs,
    ports: Vec<Port>,
    pub(super) nodes: Nodes,
    pub(super) services: egress::Services,
    pub(super) audit: Audit,
    pub(super) address: String,
    pub(super) kubeconfig: String,
    pub(super) version: String,
    pub(super) folder: Folder,
}

/// Starts everything, on the runtime that what goes on afterwards shall live on.
pub(super) async fn start(spec: ControlPlaneSpec, programs: Programs, context: Context) -> Result<Plane> {
    retried(|| start_once(&spec, &programs, &context)).await
}

async fn start_once(spec: &ControlPlaneSpec, programs: &Programs, context: &Context) -> Result<Plane> {
    let step = |title: &str| context.report(&Event::Step { title: title.into() });
    let (spawner, folder, home) = (Spawner::start()?, Folder::new()?, Ports::default());
    let ports: Vec<Port> = (0..5).map(|_| home.reserve()).collect::<Result<_>>()?;
    let numbers: Vec<u16> = ports.iter().map(|port| port.number).collect();
    let [etcd, peer, server, controllers, scheduler] = numbers[..] else {
        return Err(Error::new(ErrorKind::Internal, "a server has no port"));
    };
    let address = format!("https://127.0.0.1:{server}");
    let kubeconfig = files::write(&folder, &address)?;
    let cluster = connect(&kubeconfig, "meshery-control-plane").await?;
    let mut plane = Plane {
        servers: Vec::new(),
        spawner,
        programs: programs.clone(),
        ports,
        nodes: Nodes::default(),
        services: egress::Services::default(),
        audit: Audit::new(folder.path().join(file::AUDIT), cluster.clone()),
        address,
        kubeconfig,
        version: String::new(),
        folder,
    };
    step("start etcd");
    plane.start_storage(programs, (etcd, peer), spec.start_timeout).await?;
    step("start the API server");
    plane.start_server(programs, (etcd, server), &cluster, spec.start_timeout).await?;
    step("start the controllers and the scheduler");
    plane.start_controllers(programs, (controllers, scheduler), &cluster, spec.start_timeout).await?;
    for node in &spec.nodes {
        step(&format!("add the node {}", node.name));
        plane.nodes.add(node.clone()).await?;
    }
    Ok(plane)
}

impl Plane {
    async fn start_storage(&mut self, programs: &Programs, ports: (u16, u16), limit: Duration) -> Result<()> {
        let command = servers::etcd(&programs.find("etcd")?, &self.folder, ports.0, ports.1);
        self.start_notifying("etcd", command, limit).await
    }

    async fn start_server(
        &mut self,
        programs: &Programs,
        (etcd, port): (u16, u16),
        cluster: &Cluster,
        limit: Duration,
    ) -> Result<()> {
        let asking = connect(&self.kubeconfig, "meshery-egress").await?;
        self.services.listen(&self.folder.path().join(egress::SOCKET), asking)?;
        let command = servers::api_server(&programs.find("kube-apiserver")?, &self.folder, etcd, port);
        self.start_notifying("kube-apiserver", command, limit).await?;
        // It says nothing when it has finished what it does after its start, so it is asked.
        self.answers("kube-apiserver", cluster, "/readyz", limit).await?;
        let version: serde_json::Value = cluster.send(Request::get("/version")).await?.json().await?;
        version["gitVersion"].as_str().unwrap_or_default().clone_into(&mut self.version);
        Ok(())
    }

    async fn start_controllers(
        &mut self,
        programs: &Programs,
        ports: (u16, u16),
        cluster: &Cluster,
        limit: Duration,
    ) -> Result<()> {
        let (manager, scheduler) = ("kube-controller-manager", "kube-scheduler");
        let kubeconfig = self.folder.file(CONTROLLERS);
        let command = servers::controller_manager(&programs.find(manager)?, &self.folder, &kubeconfig, ports.0);
        self.start_child(manager, command)?;
        let command = servers::scheduler(&programs.find(scheduler)?, &self.folder.file(SCHEDULER), ports.1);
        self.start_child(scheduler, command)?;
        self.nodes.attend(connect(&self.kubeconfig, "meshery-node").await?);
        let at_work = || async {
            match tokio::time::timeout(LOOK, furnished(cluster)).await {
                Ok(done) => done.map_err(|error| error.to_string()),
                Err(_) => Err("a namespace is without it".into()),
            }
        };
        self.server(manager)?.ready(limit, "what controllers put into every namespace", at_work).await?;
        let scheduling = unproven(&format!("https://127.0.0.1:{}", ports.1)).await?;
        self.answers(scheduler, &scheduling, "/healthz", limit).await
    }

    fn start_child(&mut self, name: &str, command: Command) -> Result<()> {
        for port in &mut self.ports {
            port.release();
        }
        self.servers.push(Child::start(name, command, &self.spawner)?);
        Ok(())
    }

    /// Starts a server that says itself when it is ready.
    async fn start_notifying(&mut self, name: &str, mut command: Command, limit: Duration) -> Result<()> {
        let notice = Notice::tell(&mut command)?;
        self.start_child(name, command)?;
        let heard = || async {
            match tokio::time::timeout(LISTEN, notice.ready()).await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err("silence".into()),
            }
        };
        self.server(name)?.ready(limit, "READY=1", heard).await
    }

    /// Asks a server until it says that it is well.
    async fn answers(&mut self, name: &str, cluster: &Cluster, path: &str, limit: Duration) -> Result<()> {
        let ask = || async {
            match cluster.send(Request::get(path)).await {
                Ok(answer) if answer.status == 200 => Ok(()),
                Ok(answer) => Err(format!("status {}", answer.status)),
                Err(error) => Err(error.to_string()),
            }
        };
        self.server(name)?.ready(limit, &format!("200 from {path}"), ask).await
    }

    fn server(&mut self, name: &str) -> Result<&mut Child> {
        let missing = || Error::new(ErrorKind::Internal, "no such server").found(name);
        self.servers.iter_mut().find(|server| server.name() == name).ok_or_else(missing)
    }

    /// Ends all processes in the reverse order of their start.
    pub(super) fn stop(mut self) -> Result<()> {
        let mut first_trouble = Ok(());
        while let Some(server) = self.servers.pop() {
            first_trouble = first_trouble.and(server.end());
        }
        first_trouble
    }
}

/// The namespaces that the server makes itself.
const NAMESPACES: usize = 4;
/// What controllers put into every namespace.
const FURNITURE: [(&str, &str, &str); 2] =
    [("ServiceAccount", "serviceaccounts", "default"), ("ConfigMap", "configmaps", "kube-root-ca.crt")];

/// Controllers are at work once they have furnished the server's own namespaces. Who compares what is there before and
/// after something of his own would otherwise find what they put there meanwhile.
async fn furnished(cluster: &Cluster) -> Result<()> {
    for (kind, plural, name) in FURNITURE {
        let path = Api::core(kind, plural, true).path(None, None);
        let path = Request::get(path).query("fieldSelector", &format!("metadata.name={name}"));
        let mut watch = Watch::new(cluster, path);
        while watch.known().len() < NAMESPACES {
            watch.next().await?;
        }
    }
    Ok(())
}

/// A connection to a server of ours that shows a certificate it has made itself.
async fn unproven(address: &str) -> Result<Cluster> {
    let text = format!(
        "\
apiVersion: v1
kind: Config
current-context: c
clusters: [{{ name: c, cluster: {{ server: '{address}', insecure-skip-tls-verify: true }} }}]
contexts: [{{ name: c, context: {{ cluster: c, user: u }} }}]
users: [{{ name: u, user: {{}} }}]
"
    );
    Cluster::connect(&ClusterOptions { credentials: Credentials::Text(text), ..ClusterOptions::default() }).await
}
