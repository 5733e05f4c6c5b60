//! What is not wanted any more goes, and what stays is let go of.

use std::sync::Arc;

use meshery_core::lifecycle::{ChangeAction, Happening, Kept, OperationKind};
use meshery_core::{Object, Result};

use super::Operation;
use crate::lifecycle::engine::prepare::Prepared;
use crate::lifecycle::engine::{records, residue};
use crate::lifecycle::planner::{Removal, Turn, Write, blockade};
use crate::lifecycle::run::one;
use crate::lifecycle::run::prune::Pruning;

impl Operation<'_> {
    /// What goes, and the namespaces among it, which go last of all: what the mesh has left in them goes before.
    pub(super) fn leaving(&self) -> (Vec<Removal>, Vec<Removal>) {
        let removals = &self.prepared.blueprint.removals;
        let (rest, namespaces) = removals.split_at(removals.partition_point(|removal| removal.turn != Turn::Namespace));
        let alone = |removal: &Removal| Removal { after: [].into(), ..removal.clone() };
        (rest.to_vec(), namespaces.iter().map(alone).collect())
    }

    pub(super) async fn prune(&mut self, removals: &[Removal]) -> Result<()> {
        self.remove(removals).await?;
        if self.prepared.kind == OperationKind::Uninstall {
            let Prepared { discovery, facts, releases, manner, .. } = self.prepared;
            let ours = self.ledger.state.entries.keys().cloned().collect();
            self.ledger.residue = residue::clear(self.wire, discovery, &facts.residue, &ours, &manner.options).await?;
            self.ledger.residue.extend(records::clear(self.wire, releases).await?);
        }
        Ok(())
    }

    pub(super) async fn remove(&mut self, removals: &[Removal]) -> Result<()> {
        if removals.is_empty() {
            return Ok(());
        }
        let (pruned, done) =
            Pruning::new(self.wire, Arc::clone(&self.prepared.manner), removals).run(&mut self.feed).await;
        let reason = "it is another one of its name now";
        let kept = pruned.not_it.iter().map(|object| Kept { object: object.clone(), reason: reason.into() });
        self.ledger.kept.extend(kept);
        self.ledger.gone.extend(pruned.gone.into_iter().chain(pruned.not_it));
        done
    }

    /// Removes webhooks that would block what they need, and that come again after it.
    pub(super) async fn lift_blockades(&mut self) -> Result<()> {
        let blueprint = &self.prepared.blueprint;
        let goes = |write: &&Write| write.action == ChangeAction::Replace && blockade::is_webhook(&write.id);
        for Write { api, id, live, .. } in blueprint.writes.iter().filter(goes) {
            one::remove(self.wire, api, id, live.as_ref().map(Object::uid).unwrap_or_default()).await?;
        }
        Ok(())
    }

    /// Takes our sign from what stays.
    pub(super) async fn let_go(&mut self) -> Result<()> {
        let manner = &self.prepared.manner;
        for back in &self.prepared.blueprint.returns {
            if back.is_borrowed {
                one::give_back(self.wire, manner, &back.api, &back.id).await?;
            } else {
                one::unlabel(self.wire, &back.api, &back.id, &manner.manager).await?;
            }
        }
        let changes = self.prepared.blueprint.plan.changes.iter();
        for change in changes.filter(|change| change.action == ChangeAction::Keep) {
            let kept = Kept { object: change.object.clone(), reason: change.reason.clone() };
            self.tell(Happening::Kept { object: kept.object.clone(), reason: kept.reason.clone() });
            self.ledger.kept.push(kept);
        }
        Ok(())
    }
}
