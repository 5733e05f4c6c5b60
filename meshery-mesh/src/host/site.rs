//! One installation: from a plan to running processes, and back to nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use meshery_core::host::{ProcessRef, ProcessStatus};
use meshery_core::plan::{Process, Role};
use meshery_core::{Context, Error, ErrorKind, Event, Observed, Plan, Result};
use tokio::sync::Mutex;

use super::identities::Identities;
use super::inspect::owner;
use super::references::References;
use super::running::Running;
use super::steps::Kubernetes;
use crate::process::folder::Folder;
use crate::process::ports::{Port, Ports, retried};
use crate::process::spawn::Spawner;

/// What installations are built on.
pub(super) struct Ground {
    pub(super) spawner: Spawner,
    pub(super) ports: Ports,
    pub(super) start_timeout: Duration,
}

/// An installation. Whatever of it exists when it is dropped goes with it: processes first, then what they talk to, then
/// what they have written.
pub(super) struct Site {
    pub(super) plan: Plan,
    pub(super) programs: BTreeMap<String, String>,
    /// In the order of their start.
    pub(super) processes: Vec<Running>,
    pub(super) planes: BTreeMap<String, Kubernetes>,
    pub(super) folders: BTreeMap<String, Folder>,
    pub(super) ports: BTreeMap<String, Port>,
    pub(super) identities: Identities,
    pub(super) references: References,
    /// Held while a check has led a process elsewhere, until that is back.
    pub(super) moved: Arc<Mutex<()>>,
    entry: String,
}

impl Site {
    /// Carries a plan out. When that fails, or is given up half-way, what was done is undone.
    pub(super) async fn build(plan: &Plan, seen: &Observed, ground: &Ground, context: &Context) -> Result<Self> {
        let mut site = Self {
            plan: plan.clone(),
            programs: seen.programs.iter().map(|(name, program)| (name.clone(), program.path.clone())).collect(),
            processes: Vec::new(),
            planes: BTreeMap::new(),
            folders: BTreeMap::new(),
            ports: BTreeMap::new(),
            identities: Identities::default(),
            references: References::default(),
            moved: Arc::default(),
            entry: String::new(),
        };
        for step in &plan.steps {
            context.report(&Event::Step { title: step.title.clone() });
            // Boxed: some of them hold whole conversations with an API server.
            Box::pin(site.step(&step.action, ground, context)).await?;
        }
        site.entry = site.references.text(&plan.entry)?;
        Ok(site)
    }

    pub(super) fn program(&self, process: &Process) -> Result<&str> {
        let missing = || Error::new(ErrorKind::Internal, "the plan starts a program that its mesh does not need");
        self.programs.get(&process.program).map(String::as_str).ok_or_else(|| missing().found(&process.program))
    }

    /// Where a client connects to.
    pub(super) fn entry(&self) -> &str {
        &self.entry
    }

    /// The processes with their ids, and the versions that they say they are.
    pub(super) fn processes(&self) -> Vec<ProcessRef> {
        let servers = self.planes.values().flat_map(|kubernetes| {
            let version = |name| (name == "kube-apiserver").then(|| kubernetes.plane.version().to_owned());
            let server = move |(name, pid)| ProcessRef {
                name: String::from(name),
                role: Role::Platform,
                pid,
                version: version(name),
            };
            kubernetes.plane.processes().map(server)
        });
        let own = self.processes.iter().map(|running| ProcessRef {
            name: running.process.name.clone(),
            role: running.process.role,
            pid: running.pid(),
            version: running.version.clone(),
        });
        servers.chain(own).collect()
    }

    /// Waits until what checks have led elsewhere is back, also when they were given up.
    pub(super) async fn settled(&self) {
        drop(self.moved.lock().await);
    }

    pub(super) fn port(&self, name: &str) -> Result<u16> {
        self.references.port(name)
    }

    /// A second process like this one, with ports of its own, that finds `instead` where the first one finds the port
    /// `moved`; and where requests enter it.
    pub(super) async fn twin(&self, name: &str, moved: &str, instead: u16, ground: &Ground) -> Result<Twin> {
        retried(|| self.start_twin(name, moved, instead, ground)).await
    }

    async fn start_twin(&self, name: &str, moved: &str, instead: u16, ground: &Ground) -> Result<Twin> {
        let place = self.processes.iter().find(|running| running.process.name == name);
        let process = &place.ok_or_else(|| Error::new(ErrorKind::Internal, "no such process").found(name))?.process;
        let mut references = self.references.clone();
        let mut ports = Vec::new();
        for own in self.references.ports.keys().filter(|port| owner(port) == Some(name)) {
            let mut port = ground.ports.reserve()?;
            port.release();
            references.ports.insert(own.clone(), port.number);
            ports.push(port);
        }
        references.ports.insert(moved.to_owned(), instead);
        let entry = references.text(&self.plan.entry)?;
        let program = self.program(process)?;
        let running = Running::start(process, program, &references, &ground.spawner, ground.start_timeout).await?;
        Ok(Twin { entry, _running: running, _ports: ports })
    }

    pub(super) async fn status(&mut self) -> Result<Vec<ProcessStatus>> {
        let mut all = Vec::new();
        for kubernetes in self.planes.values_mut() {
            all.extend(kubernetes.plane.status().await?);
        }
        for running in &mut self.processes {
            all.push(running.status(&self.references).await?);
        }
        Ok(all)
    }

    /// # Errors
    /// [`ProcessDied`](ErrorKind::ProcessDied) when a process of the plan has ended.
    pub(super) async fn all_alive(&mut self) -> Result<()> {
        for running in &mut self.processes {
            running.alive().await?;
        }
        Ok(())
    }

    /// The last words of the process that was started last.
    pub(super) async fn last_words(&mut self) -> String {
        let Some(last) = self.processes.last_mut() else { return String::new() };
        last.status(&self.references).await.map(|status| status.last_words).unwrap_or_default()
    }

    /// Ends everything in the reverse order of its start, and looks whether it is gone.
    pub(super) async fn remove(&mut self) -> Result<()> {
        let mut first_trouble = Ok(());
        while let Some(running) = self.processes.pop() {
            first_trouble = first_trouble.and(running.end());
        }
        for (_, kubernetes) in std::mem::take(&mut self.planes) {
            first_trouble = first_trouble.and(kubernetes.plane.stop());
        }
        self.folders.clear();
        self.references.documents.clear();
        for (name, mut port) in std::mem::take(&mut self.ports) {
            port.release();
            if !became_free(&port).await {
                let error = Error::new(ErrorKind::PortInUse, "the port is still taken").at(name);
                first_trouble = first_trouble.and(Err(error.found(port.number.to_string())));
            }
        }
        first_trouble
    }
}

/// The kernel may need a moment to close the sockets of a killed process.
async fn became_free(port: &Port) -> bool {
    for _ in 0..100 {
        if port.is_free() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

/// A second process like one of an installation, for the time of a check.
pub(super) struct Twin {
    pub(super) entry: String,
    _running: Running,
    _ports: Vec<Port>,
}
