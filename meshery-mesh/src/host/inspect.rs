//! A plan is looked through before anything happens.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

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
    clusters: BTreeSet<&'a str>,
    known: References,
}

impl<'a> Walk<'a> {
    fn step(&mut self, action: &'a Action) -> Result<()> {
        match action {
            Action::ReservePort { name } => self.port(name),
            Action::IssueIdentity { name, .. } => self.identity(name),
            Action::MakeFolder { name, files } => self.folder(name, files),
            Action::StartKubernetes { name } => self.kubernetes(name),
            Action::ApplyObjects { cluster, objects, .. } => {
                self.cluster(cluster)?;
                objects.iter().try_for_each(|object| self.known.json(object).map(drop))
            }
            Action::RequestToken { cluster, document, .. } | Action::ReadObject { cluster, document, .. } => {
                self.cluster(cluster)?;
                self.document(document)
            }
            Action::AwaitFile { path } => self.known.text(path).map(drop),
            Action::TakeIdentity { certificate, key, .. } => {
                [certificate, key].into_iter().try_for_each(|path| self.known.text(path).map(drop))
            }
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

    fn folder(&mut self, name: &str, files: &BTreeMap<String, String>) -> Result<()> {
        if self.known.folders.insert(name.into(), String::new()).is_some() {
            return Err(refuse("the folder is made twice", name));
        }
        let outside = |path: &&String| Path::new(path).components().any(|part| !matches!(part, Component::Normal(_)));
        if let Some(path) = files.keys().find(outside) {
            return Err(refuse("the file does not lie below its folder", path).expected("a path without `..`"));
        }
        self.known.files(files).map(drop)
    }

    fn kubernetes(&mut self, name: &'a str) -> Result<()> {
        if !self.clusters.insert(name) {
            return Err(refuse("the control plane is started twice", name));
        }
        self.document(&format!("{name}.kubeconfig"))
    }

    fn cluster(&self, name: &str) -> Result<()> {
        if self.clusters.contains(name) {
            Ok(())
        } else {
            Err(refuse("no earlier step starts the control plane", name))
        }
    }

    fn document(&mut self, name: &str) -> Result<()> {
        match self.known.documents.insert(name.into(), String::new()) {
            None => Ok(()),
            Some(_) => Err(refuse("the document is made twice", name)),
        }
    }

    fn start(&mut self, process: &'a Process) -> Result<()> {
        if !self.running.insert(&process.name) {
            return Err(refuse("the process is started twice", &process.name));
        }
        self.known.args(&process.args, &process.config)?;
        self.known.env(&process.env, &process.config)?;
        process.folder.iter().try_for_each(|folder| self.known.folder(folder).map(drop))?;
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is found in a plan of these actions, the last of which is wrong.
    fn found(actions: Vec<Action>) -> String {
        let mut plan = Plan::new("own".into(), "127.0.0.1:80");
        let last = actions.len() - 1;
        for action in actions {
            plan.push("a step", action);
        }
        let error = inspect(&plan).unwrap_err();
        assert_eq!(error.report().place.as_deref(), Some(format!("steps[{last}]").as_str()), "{error}");
        error.to_string()
    }

    fn folder(path: &str, text: &str) -> Action {
        Action::MakeFolder { name: "a".into(), files: [(path.to_owned(), text.to_owned())].into() }
    }

    fn kubernetes() -> Action {
        Action::StartKubernetes { name: "k".into() }
    }

    fn token(cluster: &str) -> Action {
        let (namespace, account, audience) = ("n".into(), "a".into(), "x".into());
        Action::RequestToken { cluster: cluster.into(), namespace, account, audience, document: "t".into() }
    }

    #[test]
    fn what_no_earlier_step_made_is_found() {
        assert!(found(vec![folder("token", "${document:t}")]).contains("${document:t}"));
        assert!(found(vec![token("k")]).contains("no earlier step starts the control plane"));
        assert!(found(vec![Action::AwaitFile { path: "${folder:a}/f".into() }]).contains("folder:a"));
        let objects = vec![json!({ "port": "${port:a.b}" })];
        let apply = Action::ApplyObjects { cluster: "k".into(), files: Vec::new(), objects };
        assert!(found(vec![kubernetes(), apply]).contains("${port:a.b}"));
    }

    #[test]
    fn what_is_there_twice_or_out_of_bounds_is_found() {
        assert!(found(vec![folder("f", ""), folder("g", "")]).contains("the folder is made twice"));
        assert!(found(vec![kubernetes(), kubernetes()]).contains("the control plane is started twice"));
        assert!(found(vec![kubernetes(), token("k"), token("k")]).contains("the document is made twice"));
        for path in ["../f", "/f", "a/../../f"] {
            assert!(found(vec![folder(path, "")]).contains("does not lie below its folder"), "{path}");
        }
    }

    #[test]
    fn a_token_is_known_to_a_later_folder() {
        let mut plan = Plan::new("own".into(), "127.0.0.1:80");
        for action in [kubernetes(), token("k"), folder("token", "${document:t} ${document:k.kubeconfig}")] {
            plan.push("a step", action);
        }
        inspect(&plan).unwrap();
    }
}
