//! Carrying it out: first what asks, then the pods, then the proof; and back where that fails.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::lifecycle::{ChangeAction, EnrolledPod, Happening, OnFailure, Stage};
use meshery_core::{EnrolmentReport, Error, ErrorKind, Object, ObjectId, OperationOptions, Result};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::answer;
use super::look::{Outlook, known_pods_of, pods_of};
use super::rollout::{Means, Rollouts};
use crate::cluster::{Api, Request};
use crate::lifecycle::engine::access;
use crate::lifecycle::engine::held::{Begun, Held};
use crate::lifecycle::enrolment::{Marking, Place, Renewal, unreached};
use crate::lifecycle::run::feed::Feed;
use crate::lifecycle::run::wire::Wire;
use crate::lifecycle::run::{marks, panicked};
use crate::process::wait::or_cancelled;

/// Does all of it, and proves it; or nothing, where nothing is to be done.
pub(super) async fn carry_out(wire: &Wire, outlook: Outlook, options: &OperationOptions) -> Result<EnrolmentReport> {
    let cancel = wire.recorder().context().cancel.clone();
    let mut operation = Operation::new(wire, outlook, options);
    if operation.outlook.plan.is_empty() {
        let done = or_cancelled(&cancel, operation.settle()).await;
        return operation.end(None, done).await;
    }
    or_cancelled(&cancel, access::check(wire, &operation.outlook.plan.permissions)).await?;
    or_cancelled(&cancel, answer::check(wire, &operation.outlook)).await?;
    let held = or_cancelled(&cancel, operation.hold()).await?;
    let mut done = or_cancelled(&cancel, operation.stages()).await;
    if let Err(error) = done {
        let goes_back = options.on_failure == OnFailure::RollBack
            && !error.is_cancelled()
            && error.kind() != ErrorKind::Busy
            && operation.has_written();
        done = Err(if goes_back { operation.undo(error).await } else { error });
    }
    operation.end(held, done).await
}

/// An operation under way.
struct Operation {
    means: Means,
    outlook: Outlook,
    report: EnrolmentReport,
    /// Marks on namespaces that were written, or may have been.
    marked: Vec<Marking>,
    /// Workloads that were written to, or may have been.
    touched: Vec<Renewal>,
}

impl Operation {
    fn new(wire: &Wire, outlook: Outlook, options: &OperationOptions) -> Self {
        let (recorder, plan) = (wire.recorder(), &outlook.plan);
        let mut report = EnrolmentReport::new(recorder.operation(), &outlook.spec.instance, outlook.kind);
        report.namespaces = outlook.places.iter().map(|place| place.namespace.name().to_owned()).collect();
        report.left_alone.clone_from(&outlook.draft.kept);
        let writes = plan.changes.iter().filter(|change| change.action.writes()).count() as u64;
        let unchanged = plan.count(ChangeAction::Unchanged) as u64;
        recorder.tell(Happening::PlanReady { kind: outlook.kind, writes, unchanged });
        let means =
            Means { wire: wire.clone(), options: Arc::new(options.clone()), clock: (outlook.now, Instant::now()) };
        Self { means, outlook, report, marked: Vec::new(), touched: Vec::new() }
    }

    fn tell(&self, happening: Happening) {
        self.means.wire.recorder().tell(happening);
    }

    fn has_written(&self) -> bool {
        !(self.marked.is_empty() && self.touched.is_empty())
    }

    /// Takes the lease of the instance, so that nobody removes it meanwhile. One that is gone has none.
    async fn hold(&self) -> Result<Option<Held>> {
        let Outlook { store, stored, now, kind, .. } = &self.outlook;
        let Some(stored) = stored else { return Ok(None) };
        let begun = Begun { store, before: Some(stored), now: *now, kind: *kind };
        let held = Held::take(&self.means.wire, &begun, stored.state.clone(), Vec::new()).await?;
        self.tell(Happening::LeaseTaken { from: stored.lease.as_ref().map(|lease| lease.holder.clone()) });
        Ok(Some(held))
    }

    /// Nothing is written; what is there may still be on its way.
    async fn settle(&mut self) -> Result<()> {
        if self.means.options.wait {
            let workloads = self.proven();
            let known = |place: &Place| known_pods_of(place, &workloads);
            let pods: Vec<Object> = self.outlook.places.iter().flat_map(known).collect();
            let is_reached = unreached(&self.outlook.aim, &pods).is_none();
            self.report.pods = if is_reached { self.described(&pods) } else { self.prove().await? };
        }
        Ok(())
    }

    async fn stages(&mut self) -> Result<()> {
        let waits = self.means.options.wait;
        self.tell(Happening::StageStarted { stage: Stage::Apply });
        let markings = self.outlook.draft.markings.clone();
        self.mark_all(&markings).await?;
        if !waits {
            self.renew_all(self.outlook.draft.renewals.clone(), true).await?;
        }
        self.tell(Happening::StageFinished { stage: Stage::Apply });
        if !waits {
            return Ok(());
        }
        self.tell(Happening::StageStarted { stage: Stage::Wait });
        self.renew_all(self.outlook.draft.renewals.clone(), true).await?;
        self.tell(Happening::StageFinished { stage: Stage::Wait });
        self.tell(Happening::StageStarted { stage: Stage::Prove });
        self.report.pods = self.prove().await?;
        self.tell(Happening::StageFinished { stage: Stage::Prove });
        Ok(())
    }

    /// Writes marks on namespaces, as many at a time as the options allow.
    async fn mark_all(&mut self, markings: &[Marking]) -> Result<()> {
        let most = usize::from(self.means.options.concurrency.max(1));
        for some in markings.chunks(most) {
            let mut tasks = JoinSet::new();
            for marking in some {
                let id = marking.object.id();
                self.tell(Happening::Started { object: id.clone() });
                self.marked.push(marking.clone());
                let (means, marking) = (self.means.clone(), marking.clone());
                tasks.spawn(async move {
                    let done = marks::mark(&means.wire, &namespaces(), &marking, &means.options.overrule).await;
                    (id, done)
                });
            }
            let mut failed = None;
            while let Some(done) = tasks.join_next().await {
                match done.map_err(panicked)? {
                    (object, Ok(_)) => {
                        self.report.marked.push(object.clone());
                        self.tell(Happening::Applied { object, action: ChangeAction::Update });
                    }
                    (object, Err(error)) => {
                        self.tell(Happening::Failed { object, message: error.to_string() });
                        failed.get_or_insert(error);
                    }
                }
            }
            failed.map_or(Ok(()), Err)?;
        }
        Ok(())
    }

    /// Has pods made anew; on the way there, once it is certain what will come of them.
    async fn renew_all(&mut self, renewals: Vec<Renewal>, goes_there: bool) -> Result<()> {
        let mut feed = Feed::new(self.means.wire.cluster());
        let aim = goes_there.then(|| Arc::clone(&self.outlook.aim));
        let mut rollouts = Rollouts::new(&self.means, &self.outlook.discovery, aim, renewals);
        let done = rollouts.run(&mut feed).await;
        let (touched, restarted) = (rollouts.touched, rollouts.restarted);
        if goes_there {
            let marked = touched.iter().filter(|renewal| renewal.marking.is_some());
            self.report.marked.extend(marked.map(|renewal| renewal.workload.id()));
            self.report.restarted.extend(restarted);
            self.touched.extend(touched);
        }
        done
    }

    /// Every pod of the workloads that this is about is looked at.
    async fn prove(&mut self) -> Result<Vec<EnrolledPod>> {
        let (wire, workloads) = (self.means.wire.clone(), self.proven());
        let limit = (Instant::now() + self.means.options.object_timeout).min(wire.deadline());
        let mut feed = Feed::new(wire.cluster());
        loop {
            let pods = pods_of(&wire, &self.outlook.discovery, &mut self.outlook.places, &workloads).await?;
            let Some(error) = unreached(&self.outlook.aim, &pods) else { return Ok(self.described(&pods)) };
            if !self.outlook.aim.may_come() {
                return Err(error);
            }
            for place in &self.outlook.places {
                feed.watch(&Api::core("Pod", "pods", true), Some(place.namespace.name()), true);
            }
            tokio::select! {
                _ = feed.next() => {}
                () = sleep_until(limit) => return Err(error),
            }
        }
    }

    /// The workloads whose pods are as they are to be in the end.
    fn proven(&self) -> BTreeSet<ObjectId> {
        let draft = &self.outlook.draft;
        let renewed = draft.renewals.iter().map(|renewal| renewal.workload.id());
        renewed.chain(draft.staying.iter().cloned()).collect()
    }

    fn described(&self, pods: &[Object]) -> Vec<EnrolledPod> {
        let described = |pod: &Object| EnrolledPod {
            pod: pod.id(),
            proxy: self.outlook.aim.proxy_of(pod),
            revision: self.outlook.aim.data_plane.as_ref().and_then(|data_plane| data_plane.revision_of(pod)),
        };
        pods.iter().map(described).collect()
    }

    /// Puts marks back, and has pods made anew as they were before; how that went is told with the error.
    async fn undo(&mut self, error: Error) -> Error {
        self.tell(Happening::RollbackStarted { to: None });
        // It may be the time that has run out.
        self.means.wire = self.means.wire.within(self.means.options.timeout);
        let cancel = self.means.wire.recorder().context().cancel.clone();
        let outcome = match or_cancelled(&cancel, self.go_back()).await {
            Ok(()) => "all marks are as they were".to_owned(),
            Err(other) => format!("not all of it: {other}"),
        };
        error.with("rolled back", outcome)
    }

    async fn go_back(&mut self) -> Result<()> {
        for marking in std::mem::take(&mut self.marked) {
            let back = marking.reversed(self.read(&namespaces(), &marking.object).await?);
            marks::mark(&self.means.wire, &namespaces(), &back, &self.means.options.overrule).await?;
        }
        let mut renewals = Vec::new();
        for Renewal { workload, marking, action } in std::mem::take(&mut self.touched) {
            let Some(api) = self.outlook.discovery.preferred(&workload.id().kind).cloned() else { continue };
            let workload = self.read(&api, &workload).await?;
            let marking = marking.map(|marking| marking.reversed(workload.clone()));
            renewals.push(Renewal { workload, marking, action });
        }
        self.renew_all(renewals, false).await
    }

    /// An object as it is now.
    async fn read(&self, api: &Api, object: &Object) -> Result<Object> {
        let path = api.path(object.namespace(), Some(object.name()));
        self.means.wire.send(Request::get(path), &object.id()).await?.accepted()?.json()
    }

    /// Writes down what happened, and gives the lease back, whatever it came to.
    async fn end(self, held: Option<Held>, done: Result<()>) -> Result<EnrolmentReport> {
        self.means.wire.close();
        let message = done.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let mut written = Ok(());
        if let (Some(held), Some(stored)) = (held, &self.outlook.stored) {
            let ended = Happening::Ended { succeeded: done.is_ok(), message: message.clone() };
            let events = self.means.wire.recorder().events_with(vec![ended]);
            written = held.release(stored.state.clone(), events).await;
        }
        match (done, written) {
            (Ok(()), Ok(())) => Ok(self.ended()),
            (Err(error), written) => {
                self.tell(Happening::Ended { succeeded: false, message });
                Err(match written {
                    Ok(()) => error,
                    Err(lost) => error.with("inventory", format!("not written: {lost}")),
                })
            }
            (Ok(()), Err(error)) => {
                self.tell(Happening::Ended { succeeded: false, message: error.to_string() });
                Err(error)
            }
        }
    }

    fn ended(mut self) -> EnrolmentReport {
        self.tell(Happening::Ended { succeeded: true, message: String::new() });
        for list in [&mut self.report.marked, &mut self.report.restarted] {
            list.sort();
        }
        self.report.events = self.means.wire.recorder().events();
        self.report
    }
}

fn namespaces() -> Api {
    Api::core("Namespace", "namespaces", false)
}
