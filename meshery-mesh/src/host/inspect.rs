//! A plan is looked through before anything happens.

use std::collections::BTreeSet;

use meshery_core::plan::{Action, Process};
use meshery_core::{Error, Plan, Result};

use super::references::References;

/// Refuses a plan that could not be carried out on any host: every reference must stand for what an earlier step made,
/// names must be unique, and every port must belong to a process of the plan (`client.admin` to `client`). For authors
/// of providers; a host does this before it acts.
///
/// ```
/// use meshery_core::{Action, Plan};
///
/// let mut plan = Plan::new("own".into(), "127.0.0.1:${port:proxy.listener}");
/// let error = meshery_mesh::host::inspect(&plan).unwrap_err();
/// assert_eq!(error.report().place.as_deref(), Some("entry"));
///
/// plan.push("Reserve a port", Action::ReservePort { name: "proxy.listener".into() });
/// let error = meshery_mesh::host::inspect(&plan).unwrap_err();
/// assert_eq!(error.report().place.as_deref(), Some("steps[0]"), "no step starts `proxy`");
/// ```
///
/// # Errors
/// [`InvalidInput`](meshery_core::ErrorKind::InvalidInput) with the step as its place.
pub fn inspect(plan: &Plan) -> Result<()> {
    let mut walk = Walk { started: all_processes(plan), ..Walk::default() };
    for (index, step) in plan.steps.iter().enumerate() {
        walk.step(&step.action).map_err(|error| error.at(format!("steps[{index}]")))?;
    }
    walk.known.text(&plan.entry).map(drop).map_err(|error| error.at("entry"))
}

fn all_processes(plan: &Plan) -> BTreeSet<&str> {
    let processes = plan.steps.iter().filter_map(|step| match &step.action {
        Action::StartProcess(process) => Some(process.name.as_str()),
        _ => None,
    });
    processes.collect()
}

#[derive(Default)]
struct Walk<'a> {
    started: BTreeSet<&'a str>,
    running: BTreeSet<&'a str>,
    known: References,
}

impl<'a> Walk<'a> {
    fn step(&mut self, action: &'a Action) -> Result<()> {
        match action {
            Action::ReservePort { name } => self.port(name),
            Action::IssueIdentity { name, .. } => self.identity(name),
            Action::StartProcess(process) => self.start(process),
            Action::StopProcess { process } if self.running.remove(process.as_str()) => Ok(()),
            Action::StopProcess { process } => Err(refuse("nothing of this name runs", process)),
            // A host that does not know an action says so itself.
            _ => Ok(()),
        }
    }

    fn port(&mut self, name: &str) -> Result<()> {
        if owner(name).is_none_or(|owner| !self.started.contains(owner)) {
            return Err(refuse("the port belongs to no process of the plan", name).expected("PROCESS.PURPOSE"));
        }
        match self.known.ports.insert(name.into(), 0) {
            None => Ok(()),
            Some(_) => Err(refuse("the port is reserved twice", name)),
        }
    }

    fn identity(&mut self, name: &str) -> Result<()> {
        for file in [format!("{name}.crt"), format!("{name}.key")] {
            if self.known.documents.insert(file, String::new()).is_some() {
                return Err(refuse("the identity is issued twice", name));
            }
        }
        self.known.documents.insert("ca.crt".into(), String::new());
        Ok(())
    }

    fn start(&mut self, process: &'a Process) -> Result<()> {
        if !self.running.insert(&process.name) {
            return Err(refuse("the process is started twice", &process.name));
        }
        self.known.args(&process.args, &process.config)?;
        self.known.env(&process.env)?;
        self.known.port(&process.ready.port)?;
        process.version.iter().try_for_each(|source| self.known.port(&source.get.port).map(drop))
    }
}

/// The process that a port belongs to.
pub(super) fn owner(port: &str) -> Option<&str> {
    port.split_once('.').map(|(owner, _)| owner)
}

fn refuse(message: &str, name: &str) -> Error {
    Error::new(meshery_core::ErrorKind::InvalidInput, message).found(name)
}
