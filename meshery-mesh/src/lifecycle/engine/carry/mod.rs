//! Carrying a plan out, stage by stage.
//!
//! | module | holds |
//! |---|---|
//! | `ledger` | what has come about so far, and how it is written down |
//! | `hooks` | what comes at a time of its own |
//! | `leave` | what is not wanted any more |

mod hooks;
mod leave;
mod ledger;

use std::collections::BTreeMap;
use std::sync::Arc;

use ledger::Ledger;
use meshery_core::lifecycle::{ChangeAction, Happening, OperationKind, OperationReport, Stage};
use meshery_core::{Error, Result};

use super::access;
use super::held::Held;
use super::prepare::Prepared;
use crate::lifecycle::desired::is_namespace;
use crate::lifecycle::observe::Watches;
use crate::lifecycle::planner::Write;
use crate::lifecycle::run::apply::Applying;
use crate::lifecycle::run::feed::Feed;
use crate::lifecycle::run::wire::Wire;
use crate::process::wait::or_cancelled;

/// Does all of it, or as much as goes, and writes down what there is then.
pub(super) async fn carry_out(wire: &Wire, prepared: Prepared, watches: Watches) -> Result<OperationReport> {
    let cancel = wire.recorder().context().cancel.clone();
    let mut operation = Operation::new(wire, &prepared, watches);
    if operation.is_done_already() {
        or_cancelled(&cancel, operation.settle()).await?;
        return Ok(operation.ended());
    }
    or_cancelled(&cancel, access::check(wire, &prepared.blueprint.plan.permissions)).await?;
    let held = or_cancelled(&cancel, operation.ledger.write_ahead(wire, &prepared)).await?;
    let done = or_cancelled(&cancel, operation.stages()).await;
    operation.end(held, done).await
}

/// An operation under way.
struct Operation<'a> {
    wire: &'a Wire,
    prepared: &'a Prepared,
    feed: Feed,
    ledger: Ledger,
    report: OperationReport,
}

impl<'a> Operation<'a> {
    fn new(wire: &'a Wire, prepared: &'a Prepared, watches: Watches) -> Self {
        let (recorder, plan) = (wire.recorder(), &prepared.blueprint.plan);
        let mut report = OperationReport::new(recorder.operation(), &prepared.spec.name, prepared.kind);
        report.unchanged = plan.count(ChangeAction::Unchanged) as u64;
        report.revision = plan.revision;
        let writes = plan.changes.iter().filter(|change| change.action.writes()).count() as u64;
        recorder.tell(Happening::PlanReady { kind: prepared.kind, writes, unchanged: report.unchanged });
        let mut feed = Feed::new(wire.cluster());
        for (scope, watch) in watches {
            feed.add(scope.api.group_kind(), scope.namespace.as_deref(), watch);
        }
        Self { wire, prepared, feed, ledger: Ledger::begin(prepared), report }
    }

    fn tell(&self, happening: Happening) {
        self.wire.recorder().tell(happening);
    }

    /// Whether there is nothing to be written, not even to the inventory.
    fn is_done_already(&self) -> bool {
        let Prepared { blueprint, stored, is_there, .. } = self.prepared;
        blueprint.plan.is_empty() && *is_there && stored.as_ref().is_some_and(|stored| stored.lease.is_none())
    }

    /// Nothing is written; what is there may still be on its way.
    async fn settle(&mut self) -> Result<()> {
        if !self.prepared.manner.options.wait {
            return Ok(());
        }
        let mut applying = Applying::new(self.wire, Arc::clone(&self.prepared.manner), &self.prepared.blueprint.writes);
        applying.finish(&mut self.feed).await
    }

    async fn stages(&mut self) -> Result<()> {
        let Prepared { kind, blueprint, .. } = self.prepared;
        let mut writes = blueprint.writes.clone();
        self.lift_blockades().await?;
        if !blueprint.before.is_empty() {
            self.tell(Happening::StageStarted { stage: Stage::PreHooks });
            self.make_namespaces(&mut writes).await?;
            self.run_hooks(&blueprint.before).await?;
            self.tell(Happening::StageFinished { stage: Stage::PreHooks });
        }
        let uninstalls = *kind == OperationKind::Uninstall;
        if !uninstalls {
            self.write_all(&writes).await?;
            self.after_all(&blueprint.after).await?;
        }
        let (rest, namespaces) = self.leaving();
        if uninstalls || !(blueprint.removals.is_empty() && blueprint.returns.is_empty()) {
            self.tell(Happening::StageStarted { stage: Stage::Prune });
            self.prune(&rest).await?;
            self.tell(Happening::StageFinished { stage: Stage::Prune });
        }
        if uninstalls {
            // They live in the namespaces that are to go.
            self.after_all(&blueprint.after).await?;
            self.sweep_hooks().await?;
        }
        self.remove(&namespaces).await?;
        self.let_go().await
    }

    async fn after_all(&mut self, hooks: &[crate::lifecycle::hooks::Hook]) -> Result<()> {
        if hooks.is_empty() {
            return Ok(());
        }
        self.tell(Happening::StageStarted { stage: Stage::PostHooks });
        self.run_hooks(hooks).await?;
        self.tell(Happening::StageFinished { stage: Stage::PostHooks });
        Ok(())
    }

    /// Hooks come before everything else but the namespaces that they live in.
    async fn make_namespaces(&mut self, writes: &mut [Write]) -> Result<()> {
        let is_new = |write: &Write| is_namespace(&write.id) && write.action == ChangeAction::Create;
        let places: Vec<usize> = (0..writes.len()).filter(|place| is_new(&writes[*place])).collect();
        let alone = |place: &usize| Write { needs: BTreeMap::new(), ..writes[*place].clone() };
        let namespaces: Vec<Write> = places.iter().map(alone).collect();
        let mut applying = Applying::new(self.wire, Arc::clone(&self.prepared.manner), &namespaces);
        let done = applying.apply(&mut self.feed).await;
        for (number, written) in applying.into_written() {
            let write = &mut writes[places[number]];
            (write.action, write.live) = (ChangeAction::Unchanged, Some(written.object.clone()));
            self.ledger.written.push((namespaces[number].clone(), written));
        }
        done
    }

    async fn write_all(&mut self, writes: &[Write]) -> Result<()> {
        self.tell(Happening::StageStarted { stage: Stage::Apply });
        let mut applying = Applying::new(self.wire, Arc::clone(&self.prepared.manner), writes);
        let mut done = applying.apply(&mut self.feed).await;
        if done.is_ok() {
            self.tell(Happening::StageFinished { stage: Stage::Apply });
            if self.prepared.manner.options.wait {
                self.tell(Happening::StageStarted { stage: Stage::Wait });
                done = applying.wait(&mut self.feed).await;
            }
        }
        let written = applying.into_written();
        self.ledger.written.extend(written.into_iter().map(|(place, written)| (writes[place].clone(), written)));
        done?;
        if self.prepared.manner.options.wait {
            self.tell(Happening::StageFinished { stage: Stage::Wait });
        }
        Ok(())
    }

    /// Writes down what there is now, whatever it came to.
    async fn end(mut self, held: Held, done: Result<()>) -> Result<OperationReport> {
        self.wire.close();
        self.ledger.close(self.prepared, &done);
        self.ledger.tell(&mut self.report, self.prepared);
        let succeeded = done.is_ok();
        if succeeded {
            self.tell(Happening::StageStarted { stage: Stage::Commit });
        }
        let message = done.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let state = std::mem::take(&mut self.ledger.state);
        let nothing_is_left = self.prepared.kind == OperationKind::Uninstall && succeeded && state.entries.is_empty();
        let written = if nothing_is_left {
            held.remove().await
        } else {
            // What is written down ends with its own end: it is there only if that has come about.
            let committed = succeeded.then_some(Happening::StageFinished { stage: Stage::Commit });
            let coming = committed.into_iter().chain([Happening::Ended { succeeded, message }]).collect();
            held.release(state, self.wire.recorder().events_with(coming)).await
        };
        if succeeded && written.is_ok() {
            self.tell(Happening::StageFinished { stage: Stage::Commit });
        }
        match (done, written) {
            (Ok(()), Ok(())) => Ok(self.ended()),
            (Err(error), Err(lost)) => Err(self.failed(error.with("inventory", format!("not written: {lost}")))),
            (Ok(()), Err(error)) | (Err(error), Ok(())) => Err(self.failed(error)),
        }
    }

    fn failed(self, error: Error) -> Error {
        self.tell(Happening::Ended { succeeded: false, message: error.to_string() });
        error
    }

    fn ended(mut self) -> OperationReport {
        self.tell(Happening::Ended { succeeded: true, message: String::new() });
        self.report.events = self.wire.recorder().events();
        self.report
    }
}
