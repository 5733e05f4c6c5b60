//! What has come about so far, and how it is written down.

use std::collections::BTreeSet;

use meshery_core::lifecycle::{ChangeAction, Happening, Kept, OperationKind, OperationReport, Residue, RevisionState};
use meshery_core::{ObjectId, Result};

use crate::lifecycle::digest;
use crate::lifecycle::engine::held::{Begun, Held};
use crate::lifecycle::engine::prepare::Prepared;
use crate::lifecycle::inventory::State;
use crate::lifecycle::planner::{Write, ownership};
use crate::lifecycle::run::one::Written;
use crate::lifecycle::run::wire::Wire;

/// What has come about so far.
#[derive(Default)]
pub(super) struct Ledger {
    pub(super) state: State,
    pub(super) written: Vec<(Write, Written)>,
    pub(super) gone: Vec<ObjectId>,
    pub(super) kept: Vec<Kept>,
    pub(super) residue: Vec<Residue>,
}

impl Ledger {
    pub(super) fn begin(prepared: &Prepared) -> Self {
        let state = prepared.stored.as_ref().map(|stored| stored.state.clone()).unwrap_or_default();
        Self { state, ..Self::default() }
    }

    /// Writes down all that there may be, before any of it is there.
    pub(super) async fn write_ahead(&mut self, wire: &Wire, prepared: &Prepared) -> Result<Held> {
        let Prepared { spec, kind, store, stored, now, blueprint, .. } = prepared;
        let mut new = Vec::new();
        if *kind != OperationKind::Uninstall {
            self.state.mesh.clone_from(&spec.mesh);
            self.state.namespace.clone_from(&spec.namespace);
            if self.state.salt.is_empty() {
                self.state.salt = digest::random()?;
            }
            new = self.state.begin(&spec.version, spec.settings.clone(), prepared.wanted.clone());
        }
        // A namespace that was there before, and that only others name, is none of ours.
        let is_ours = |write: &&Write| !(write.is_borrowed && write.action == ChangeAction::Unchanged);
        for write in blueprint.writes.iter().filter(is_ours) {
            let entry = self.state.entries.entry(write.id.clone()).or_default();
            write.object.api_version().clone_into(&mut entry.api_version);
            entry.is_borrowed = write.is_borrowed;
        }
        for hook in blueprint.before.iter().chain(&blueprint.after) {
            let entry = self.state.entries.entry(hook.object.id()).or_default();
            (entry.api_version, entry.is_hook) = (hook.object.api_version().to_owned(), true);
            entry.uid.clear();
        }
        let from = stored.as_ref().and_then(|stored| stored.lease.as_ref()).map(|lease| lease.holder.clone());
        let begun = Begun { store, before: stored.as_ref(), now: *now, kind: *kind };
        let held = Held::take(wire, &begun, self.state.clone(), new).await?;
        wire.recorder().tell(Happening::LeaseTaken { from });
        Ok(held)
    }

    /// Takes in what came about.
    pub(super) fn close(&mut self, prepared: &Prepared, done: &Result<()>) {
        for (write, written) in &self.written {
            let Some(entry) = self.state.entries.get_mut(&write.id) else { continue };
            written.object.uid().clone_into(&mut entry.uid);
            entry.intent.clone_from(&write.intent);
            entry.owned = ownership::digest(&written.object, &prepared.manner.manager, &prepared.manner.runtime);
            if !written.predecessors.is_empty() {
                entry.predecessors.clone_from(&written.predecessors);
            }
        }
        // What stays and is not ours any more is forgotten only once our sign is taken from it.
        let released = prepared.blueprint.released.iter().filter(|_| done.is_ok());
        for id in self.gone.iter().chain(released) {
            self.state.entries.remove(id);
        }
        let kept = usize::from(prepared.manner.options.revisions_kept);
        match done {
            Ok(()) => self.state.end(RevisionState::Current, kept),
            // An operation that was stopped is taken up again as it is.
            Err(error) if error.is_cancelled() => {}
            Err(_) => self.state.end(RevisionState::Failed, kept),
        }
    }

    pub(super) fn tell(&self, report: &mut OperationReport, prepared: &Prepared) {
        let hooks = prepared.blueprint.before.iter().chain(&prepared.blueprint.after);
        let hooks: BTreeSet<ObjectId> = hooks.map(|hook| hook.object.id()).collect();
        for (write, _) in self.written.iter().filter(|(write, _)| !hooks.contains(&write.id)) {
            let list = if write.action == ChangeAction::Create { &mut report.created } else { &mut report.updated };
            list.push(write.id.clone());
        }
        report.created.sort();
        report.updated.sort();
        report.deleted.clone_from(&self.gone);
        report.deleted.sort();
        report.kept.clone_from(&self.kept);
        report.residue.clone_from(&self.residue);
        report.exported.clone_from(&prepared.dependents);
    }
}
