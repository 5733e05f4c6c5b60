//! How steps are carried out: what each action does to a site. What undoes them is [`Site::remove`].
//!
//! | module | holds |
//! |---|---|
//! | `files` | folders, files and identities that processes write |
//! | `kubernetes` | a control plane of its own, and what is asked of it |

mod files;
mod kubernetes;

use meshery_core::plan::{Action, Process};
use meshery_core::{Context, Error, ErrorKind, Result};

use super::inspect::owner;
use super::running::Running;
use super::site::{Ground, Site};

pub(super) use kubernetes::Kubernetes;

impl Site {
    /// Carries one step out.
    pub(super) async fn step(&mut self, action: &Action, ground: &Ground, context: &Context) -> Result<()> {
        match action {
            Action::ReservePort { name } => self.reserve(name, ground),
            Action::IssueIdentity { name, spiffe_id } => self.issue(name, spiffe_id),
            Action::MakeFolder { name, files } => self.make_folder(name, files),
            Action::StartKubernetes { name } => self.start_kubernetes(name, ground, context).await,
            Action::ApplyObjects { cluster, files, objects } => self.apply(cluster, files, objects, context).await,
            Action::RequestToken { cluster, namespace, account, audience, document } => {
                let text = self.kubernetes(cluster)?.token(namespace, account, audience).await?;
                self.references.documents.insert(document.clone(), text);
                Ok(())
            }
            Action::ReadObject { cluster, path, pointer, document } => {
                let text = self.read_object(cluster, path, pointer, ground.start_timeout).await?;
                self.references.documents.insert(document.clone(), text);
                Ok(())
            }
            Action::AwaitFile { path } => self.await_file(path, ground.start_timeout).await.map(drop),
            Action::TakeIdentity { name, certificate, key } => {
                self.take_identity(name, certificate, key, ground.start_timeout).await
            }
            Action::StartProcess(process) => self.start(process, ground).await,
            Action::StopProcess { process } => {
                let place = self.processes.iter().position(|running| running.process.name == *process);
                place.map_or(Ok(()), |place| self.processes.remove(place).end())
            }
            _ => Err(Error::new(ErrorKind::Unsupported, "a local host does not know this action")),
        }
    }

    fn reserve(&mut self, name: &str, ground: &Ground) -> Result<()> {
        let port = ground.ports.reserve()?;
        self.references.ports.insert(name.to_owned(), port.number);
        self.ports.insert(name.to_owned(), port);
        Ok(())
    }

    fn issue(&mut self, name: &str, spiffe_id: &str) -> Result<()> {
        let identity = self.identities.issue(name, spiffe_id)?;
        self.references.documents.extend([
            (format!("{name}.crt"), identity.certificate_pem),
            (format!("{name}.key"), identity.key_pem),
            ("ca.crt".into(), self.identities.root()?),
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
}
