//! One installation: from a plan to running processes, and back to nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use meshery_core::host::ProcessStatus;
use meshery_core::plan::{Action, Process};
use meshery_core::{Context, Error, ErrorKind, Event, Observed, Plan, Result};

use super::authority::Authority;
use super::inspect::owner;
use super::references::References;
use super::running::Running;
use crate::process::ports::{Port, Ports, retried};
use crate::process::spawn::Spawner;

/// What installations are built on.
pub(super) struct Ground {
    pub(super) spawner: Spawner,
    pub(super) ports: Ports,
    pub(super) start_timeout: Duration,
}

/// An installation. Whatever of it exists when it is dropped goes with it, processes first.
pub(super) struct Site {
    plan: Plan,
    programs: BTreeMap<String, String>,
    /// In the order of their start.
    processes: Vec<Running>,
    ports: BTreeMap<String, Port>,
    authority: Option<Authority>,
    references: References,
    entry: String,
}

impl Site {
    /// Carries a plan out. When that fails, or is given up half-way, what was done is undone.
    pub(super) async fn build(plan: &Plan, seen: &Observed, ground: &Ground, context: &Context) -> Result<Self> {
        let mut site = Self {
            plan: plan.clone(),
            programs: seen.programs.iter().map(|(name, program)| (name.clone(), program.path.clone())).collect(),
            processes: Vec::new(),
            ports: BTreeMap::new(),
            authority: None,
            references: References::default(),
            entry: String::new(),
        };
        for step in &plan.steps {
            context.report(&Event::Step { title: step.title.clone() });
            site.step(&step.action, ground).await?;
        }
        site.entry = site.references.text(&plan.entry)?;
        Ok(site)
    }

    async fn step(&mut self, action: &Action, ground: &Ground) -> Result<()> {
        match action {
            Action::ReservePort { name } => {
                let port = ground.ports.reserve()?;
                self.references.ports.insert(name.clone(), port.number);
                self.ports.insert(name.clone(), port);
                Ok(())
            }
            Action::IssueIdentity { name, spiffe_id } => self.issue(name, spiffe_id),
            Action::StartProcess(process) => self.start(process, ground).await,
            Action::StopProcess { process } => {
                let place = self.processes.iter().position(|running| running.process.name == *process);
                place.map_or(Ok(()), |place| self.processes.remove(place).end())
            }
            _ => Err(Error::new(ErrorKind::Unsupported, "a local host does not know this action")),
        }
    }

    fn issue(&mut self, name: &str, spiffe_id: &str) -> Result<()> {
        let authority = match self.authority.take() {
            Some(authority) => authority,
            None => Authority::new()?,
        };
        let authority = self.authority.insert(authority);
        let identity = authority.issue(name, spiffe_id)?;
        self.references.documents.extend([
            (format!("{name}.crt"), identity.certificate_pem.clone()),
            (format!("{name}.key"), identity.key_pem.clone()),
            ("ca.crt".into(), authority.pem()),
        ]);
        Ok(())
    }

    async fn start(&mut self, process: &Process, ground: &Ground) -> Result<()> {
        for (name, port) in &mut self.ports {
            if owner(name) == Some(&process.name) {
                port.release();
            }
        }
        let program = self.program(process)?.to_owned();
        let running =
            Running::start(process, &program, &self.references, &ground.spawner, ground.start_timeout).await?;
        self.processes.push(running);
        Ok(())
    }

    fn program(&self, process: &Process) -> Result<&str> {
        let missing = || Error::new(ErrorKind::Internal, "the plan starts a program that its mesh does not need");
        self.programs.get(&process.program).map(String::as_str).ok_or_else(|| missing().found(&process.program))
    }

    /// Where a client connects to.
    pub(super) fn entry(&self) -> &str {
        &self.entry
    }

    /// The processes with their ids, and the versions that they say they are.
    pub(super) fn processes(&self) -> impl Iterator<Item = (&Process, u32, Option<&str>)> {
        self.processes.iter().map(|running| (&running.process, running.pid(), running.version.as_deref()))
    }

    pub(super) fn port(&self, name: &str) -> Result<u16> {
        self.references.port(name)
    }

    pub(super) fn authority(&self) -> Option<&Authority> {
        self.authority.as_ref()
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
        for running in &mut self.processes {
            all.push(running.status(&self.references).await?);
        }
        Ok(all)
    }

    /// Ends everything in the reverse order of its start, and looks whether it is gone.
    pub(super) async fn remove(&mut self) -> Result<()> {
        let mut first_trouble = Ok(());
        while let Some(running) = self.processes.pop() {
            first_trouble = first_trouble.and(running.end());
        }
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
