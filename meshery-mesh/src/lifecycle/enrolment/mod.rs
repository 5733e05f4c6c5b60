//! Who serves the workloads of a namespace, and what has to be done so that somebody else does. Pure.
//!
//! | module | holds |
//! |---|---|
//! | `aim` | what is wanted, in the words of the meshes that it is about |
//! | `marks` | which marks come and go on one object, and whose they are |
//! | `workloads` | what becomes of one workload, and why |
//! | `permissions` | what all of it must be allowed to do |
//! | `tests` | namespaces in every state |

mod aim;
mod marks;
mod permissions;
#[cfg(test)]
mod tests;
mod workloads;

use meshery_core::lifecycle::{Advice, AdviceCode, Change, ChangeAction, Detection, Holder, Kept, MeshState, OptIn};
use meshery_core::{Error, ErrorKind, MeshInfo, Object, ObjectId, Result};
use workloads::{Fate, fate, template};

pub(super) use aim::{Aim, Words};
pub(super) use marks::{MANAGER, Marking};
pub(super) use permissions::{Needed, permissions};
pub(super) use workloads::{KINDS, Place, controller, pod_of};

/// What has to be done.
#[derive(Default)]
pub(super) struct Draft {
    /// Marks on namespaces.
    pub(super) markings: Vec<Marking>,
    /// Workloads whose pods are made anew.
    pub(super) renewals: Vec<Renewal>,
    /// What is left as it is.
    pub(super) kept: Vec<Kept>,
    /// Workloads that are as they are to be, or get there without being touched.
    pub(super) staying: Vec<ObjectId>,
    /// Marks of meshes that this is not about.
    pub(super) foreign: Vec<Foreign>,
    /// The same for people and for other languages.
    pub(super) changes: Vec<Change>,
}

/// A workload whose pods are made anew.
#[derive(Clone, Debug)]
pub(super) struct Renewal {
    pub(super) workload: Object,
    /// What is marked on its pods, which then are made anew by themselves.
    pub(super) marking: Option<Marking>,
    /// A restart; an update where there are no pods to be made anew.
    pub(super) action: ChangeAction,
}

/// A mark of a mesh that this is not about.
pub(super) struct Foreign {
    mesh: MeshInfo,
    opt_in: OptIn,
    on: ObjectId,
}

/// Finds out what has to be done.
///
/// # Errors
/// [`Conflict`](ErrorKind::Conflict) for marks that others own, with who they are, unless they are overruled.
pub(super) fn draft(aim: &Aim, places: &[Place], overruled: &[String]) -> Result<Draft> {
    let mut draft = Draft::default();
    for place in places {
        draft.add_namespace(aim, place)?;
        for workload in &place.workloads {
            draft.add_workload(aim, place, workload)?;
        }
        draft.add_pods_of_nobody(aim, place);
    }
    draft.contested(overruled)?;
    Ok(draft)
}

impl Draft {
    fn add_namespace(&mut self, aim: &Aim, place: &Place) -> Result<()> {
        let namespace = &place.namespace;
        let marking = Marking::new(namespace, Holder::Namespace, aim.changes(namespace, Holder::Namespace)?);
        let action = if marking.is_some() { ChangeAction::Update } else { ChangeAction::Unchanged };
        let fields = marking.as_ref().map(Marking::fields).unwrap_or_default();
        self.changes.push(Change { fields, ..Change::new(namespace.id(), namespace.api_version(), action) });
        self.markings.extend(marking);
        self.add_foreign(aim, namespace, Holder::Namespace, namespace);
        Ok(())
    }

    fn add_workload(&mut self, aim: &Aim, place: &Place, workload: &Object) -> Result<()> {
        match fate(aim, workload, &place.pods_of(workload))? {
            Fate::Left(reason) => self.keep(workload, reason),
            Fate::Stays(reason) => {
                self.staying.push(workload.id());
                self.add_foreign(aim, &template(workload)?, Holder::Pod, workload);
                self.keep(workload, reason);
            }
            Fate::Renewed { marking, has_pods } => {
                let action = if has_pods { ChangeAction::Restart } else { ChangeAction::Update };
                let fields = marking.as_ref().map(Marking::fields).unwrap_or_default();
                self.changes.push(Change { fields, ..Change::new(workload.id(), workload.api_version(), action) });
                self.add_foreign(aim, &template(workload)?, Holder::Pod, workload);
                self.renewals.push(Renewal { workload: workload.clone(), marking, action });
            }
        }
        Ok(())
    }

    fn add_pods_of_nobody(&mut self, aim: &Aim, place: &Place) {
        let wrong = place.pods_of_nobody().filter(|(pod, _)| aim.needs_another(pod));
        for (pod, owner) in wrong {
            self.keep(pod, format!("it belongs to {owner}, and has to be made anew by whoever made it"));
        }
    }

    fn keep(&mut self, object: &Object, reason: String) {
        let (id, action) = (object.id(), ChangeAction::Keep);
        self.changes.push(Change { reason: reason.clone(), ..Change::new(id, object.api_version(), action) });
        self.kept.push(Kept { object: object.id(), reason });
    }

    fn add_foreign(&mut self, aim: &Aim, on: &Object, holder: Holder, about: &Object) {
        let found = aim.foreign_on(on, holder);
        let foreign =
            found.map(|(mesh, opt_in)| Foreign { mesh: mesh.clone(), opt_in: opt_in.clone(), on: about.id() });
        self.foreign.extend(foreign);
    }

    fn contested(&self, overruled: &[String]) -> Result<()> {
        let on_pods = self.renewals.iter().filter_map(|renewal| renewal.marking.as_ref());
        for marking in self.markings.iter().chain(on_pods) {
            let conflicts = marking.conflicts(overruled);
            if !conflicts.is_empty() {
                return Err(crate::lifecycle::run::one::conflict(&conflicts).at(marking.object.id().to_string()));
            }
        }
        Ok(())
    }
}

/// What speaks against it, with what is known of the meshes on the cluster.
pub(super) fn advice(draft: &Draft, seen: &Detection) -> Vec<Advice> {
    let mut advice: Vec<Advice> = Vec::new();
    for Foreign { mesh, opt_in, on } in &draft.foreign {
        let state = seen.meshes.iter().find(|found| found.mesh == mesh.id).map(|found| found.state);
        // Whoever is not there injects nothing.
        let is_there = state.is_some_and(|state| state != MeshState::Remnants);
        let message = if is_there {
            format!("{on} asks {} for proxies as well, by its {opt_in}", mesh.title)
        } else {
            format!("{on} also asks {} for proxies, by its {opt_in}, and nobody answers", mesh.title)
        };
        let remedy = format!("name {} among what the namespaces leave, or withdraw them from it first", mesh.id);
        let found = Advice::new(AdviceCode::InjectedTwice, message).with_remedy(remedy).about(vec![on.clone()]);
        advice.push(if is_there { found.blocking() } else { found });
    }
    crate::lifecycle::advise::sorted(advice)
}

/// That pods did not come out as they were to be.
pub(super) fn unreached(aim: &Aim, pods: &[Object]) -> Option<Error> {
    let wrong: Vec<&Object> = pods.iter().filter(|pod| !aim.is_reached(pod)).collect();
    let first = wrong.first()?;
    let words = match &aim.data_plane {
        Some(_) => format!("{} of {} pods are not served by the instance", wrong.len(), pods.len()),
        None => format!("{} of {} pods are still served", wrong.len(), pods.len()),
    };
    let error = Error::new(ErrorKind::CheckFailed, words).at(first.to_string()).found(described(aim, first));
    Some(wrong.iter().skip(1).take(10).fold(error, |error, pod| error.with(pod.to_string(), described(aim, pod))))
}

/// What is in a pod, in words.
pub(super) fn described(aim: &Aim, pod: &Object) -> String {
    let names: Vec<&str> = ["/spec/initContainers", "/spec/containers"]
        .iter()
        .flat_map(|list| pod.items(list))
        .filter_map(|container| container["name"].as_str())
        .collect();
    let revision = aim.data_plane.as_ref().and_then(|data_plane| data_plane.revision_of(pod));
    let revision = revision.map_or(String::new(), |revision| format!(", of revision {revision}"));
    format!("a pod with {}{revision}", names.join(", "))
}
