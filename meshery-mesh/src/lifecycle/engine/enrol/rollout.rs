//! Workloads make their pods anew: a few at a time, each waited for.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use meshery_core::lifecycle::{ChangeAction, Happening};
use meshery_core::{Error, ErrorKind, Health, Object, ObjectId, OperationOptions, Result};
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep, sleep_until};

use crate::cluster::{Api, Change, Discovery};
use crate::lifecycle::engine::probe::{SETTLING, dry_pod};
use crate::lifecycle::enrolment::{Aim, Marking, Renewal, described, pod_of};
use crate::lifecycle::health;
use crate::lifecycle::run::apply::is_older;
use crate::lifecycle::run::feed::Feed;
use crate::lifecycle::run::wire::Wire;
use crate::lifecycle::run::{cause, marks, panicked};

/// Until it is asked once more what would come of a pod.
const PAUSE: Duration = Duration::from_millis(200);

/// What is needed to renew a workload.
#[derive(Clone)]
pub(super) struct Means {
    pub(super) wire: Wire,
    pub(super) options: Arc<OperationOptions>,
    /// The server's clock at an instant of ours.
    pub(super) clock: (u64, Instant),
}

impl Means {
    fn now(&self) -> u64 {
        self.clock.0 + self.clock.1.elapsed().as_secs()
    }
}

/// A workload whose new pods are on their way.
struct Rollout {
    workload: Object,
    health: Health,
    since: Instant,
}

/// All workloads that are to be renewed.
pub(super) struct Rollouts<'a> {
    means: &'a Means,
    discovery: &'a Discovery,
    /// What pods are to be like, asked of the server before they are made.
    aim: Option<Arc<Aim>>,
    waiting: VecDeque<Renewal>,
    tasks: JoinSet<(Renewal, Result<Object>)>,
    /// Of those whose request is under way, what a watch told that was faster than its answer.
    begun: BTreeMap<ObjectId, Option<Change>>,
    under_way: BTreeMap<ObjectId, Rollout>,
    failure: Option<Error>,
    /// Those that were written to, or may have been.
    pub(super) touched: Vec<Renewal>,
    /// Those whose pods are, or will be, others.
    pub(super) restarted: Vec<ObjectId>,
}

impl<'a> Rollouts<'a> {
    pub(super) fn new(
        means: &'a Means,
        discovery: &'a Discovery,
        aim: Option<Arc<Aim>>,
        renewals: Vec<Renewal>,
    ) -> Self {
        Self {
            means,
            discovery,
            aim,
            waiting: renewals.into(),
            tasks: JoinSet::new(),
            begun: BTreeMap::new(),
            under_way: BTreeMap::new(),
            failure: None,
            touched: Vec::new(),
            restarted: Vec::new(),
        }
    }

    /// Renews them all, as many at a time as the options allow.
    ///
    /// # Errors
    /// The first failure. Nothing is begun after it.
    pub(super) async fn run(&mut self, feed: &mut Feed) -> Result<()> {
        let stage = (Instant::now() + self.means.options.stage_timeout).min(self.means.wire.deadline());
        loop {
            self.begin();
            if self.tasks.is_empty() {
                if let Some(error) = self.failure.take() {
                    return Err(error);
                }
                if self.under_way.is_empty() {
                    return Ok(());
                }
            }
            let limit = self.first_limit().min(stage);
            tokio::select! {
                Some(done) = self.tasks.join_next() => {
                    let (renewal, done) = done.map_err(panicked)?;
                    self.written(renewal, done, feed).await;
                }
                change = feed.next() => self.seen(change).await,
                () = sleep_until(limit), if self.tasks.is_empty() => return Err(self.late(stage).await),
            }
        }
    }

    fn begin(&mut self) {
        let most = usize::from(self.means.options.concurrency.max(1));
        while self.failure.is_none() && self.tasks.len() + self.under_way.len() < most {
            let Some(renewal) = self.waiting.pop_front() else { return };
            let Some(api) = self.discovery.preferred(&renewal.workload.id().kind).cloned() else { continue };
            let (means, aim) = (self.means.clone(), self.aim.clone());
            self.begun.insert(renewal.workload.id(), None);
            self.tasks.spawn(async move {
                let done = renew(&means, &api, aim.as_deref(), &renewal).await;
                (renewal, done)
            });
        }
    }

    async fn written(&mut self, renewal: Renewal, done: Result<Object>, feed: &mut Feed) {
        let id = renewal.workload.id();
        let seen = self.begun.remove(&id).flatten();
        match done {
            Ok(workload) => {
                self.means.wire.recorder().tell(Happening::Applied { object: id.clone(), action: renewal.action });
                self.restarted.extend(Some(id.clone()).filter(|_| renewal.action == ChangeAction::Restart));
                self.touched.push(renewal);
                let health = health(&workload);
                if self.means.options.wait && !health.is_ready() {
                    if let Some(api) = self.discovery.preferred(&id.kind) {
                        feed.watch(api, id.namespace.as_deref(), true);
                    }
                    self.tell(&id, &health);
                    self.under_way.insert(id, Rollout { workload, health, since: Instant::now() });
                    if let Some(change) = seen {
                        self.seen(change).await;
                    }
                }
            }
            Err(error) => {
                // A mark may be there all the same.
                self.touched.extend(Some(renewal).filter(|renewal| renewal.marking.is_some()));
                self.fail(&id, error);
            }
        }
    }

    async fn seen(&mut self, change: Change) {
        let (Change::Seen(object) | Change::Gone(object)) = &change else { return };
        let id = object.id();
        if let Some(seen) = self.begun.get_mut(&id) {
            *seen = Some(change);
            return;
        }
        let Some(rollout) = self.under_way.get_mut(&id) else { return };
        if is_older(object.resource_version(), rollout.workload.resource_version()) {
            return;
        }
        let new_health = match change {
            Change::Seen(new) => {
                let health = health(&new);
                rollout.workload = new;
                health
            }
            // Somebody has removed it: nobody waits for its pods any more.
            _ => Health::Ready,
        };
        if rollout.health == new_health {
            return;
        }
        rollout.health = new_health.clone();
        self.tell(&id, &new_health);
        match new_health {
            Health::Ready => drop(self.under_way.remove(&id)),
            Health::Failed { reason } => {
                let Some(rollout) = self.under_way.remove(&id) else { return };
                let error = Error::new(ErrorKind::CheckFailed, format!("its new pods do not become ready: {reason}"));
                let error = error.at(id.to_string());
                let error = cause::explain(&self.means.wire, &id, &rollout.workload, error).await;
                self.fail(&id, error);
            }
            _ => {}
        }
    }

    fn first_limit(&self) -> Instant {
        let limits = self.under_way.values().map(|rollout| rollout.since + self.means.options.object_timeout);
        limits.min().unwrap_or_else(|| self.means.wire.deadline())
    }

    /// The error of a time that has run out: what is not ready, and why not, down to the container.
    async fn late(&self, stage: Instant) -> Error {
        let options = &self.means.options;
        let (what, limit) = if stage <= Instant::now() {
            ("the stage", options.stage_timeout.min(options.timeout))
        } else {
            ("a workload", options.object_timeout)
        };
        let mut error =
            Error::new(ErrorKind::Timeout, format!("{what} took too long")).expected(format!("within {limit:?}"));
        if let Some(first) = self.under_way.keys().next() {
            error = error.at(first.to_string());
        }
        for (id, rollout) in &self.under_way {
            error = error.with(id.to_string(), rollout.health.to_string());
        }
        for (id, rollout) in self.under_way.iter().take(3) {
            error = cause::explain(&self.means.wire, id, &rollout.workload, error).await;
        }
        error
    }

    fn fail(&mut self, id: &ObjectId, error: Error) {
        let message = error.to_string();
        self.means.wire.recorder().tell(Happening::Failed { object: id.clone(), message });
        self.failure = Some(match self.failure.take() {
            None => error,
            Some(first) => first.with(id.to_string(), error.report().message.clone()),
        });
    }

    fn tell(&self, id: &ObjectId, health: &Health) {
        self.means.wire.recorder().tell(Happening::Status { object: id.clone(), health: health.clone() });
    }
}

/// Has the pods of one workload made anew, once it is certain what will come of them.
async fn renew(means: &Means, api: &Api, aim: Option<&Aim>, renewal: &Renewal) -> Result<Object> {
    let Renewal { workload, marking, .. } = renewal;
    means.wire.recorder().tell(Happening::Started { object: workload.id() });
    if let Some(aim) = aim {
        let outcome = marking.as_ref().map_or_else(|| Ok(workload.clone()), Marking::outcome)?;
        foresee(means, aim, &outcome).await.map_err(|error| error.at(workload.id().to_string()))?;
    }
    match marking {
        Some(marking) => marks::mark(&means.wire, api, marking, &means.options.overrule).await,
        None => marks::restart(&means.wire, api, workload, means.now()).await,
    }
}

/// Asks what would come of a pod of a workload, until it is what is wanted: servers and injectors hear of new marks on a
/// namespace a moment later.
async fn foresee(means: &Means, aim: &Aim, workload: &Object) -> Result<()> {
    let (id, pod, begun) = (workload.id(), pod_of(workload)?, Instant::now());
    loop {
        let namespace = workload.namespace().unwrap_or_default();
        let made = dry_pod(&means.wire, namespace, &pod, &id).await?.map_err(|error| {
            Error::new(ErrorKind::CheckFailed, format!("a new pod of it would be refused: {error}")).because(error)
        })?;
        if aim.will_be_reached(&made) {
            return Ok(());
        }
        if begun.elapsed() >= SETTLING {
            let words = "a new pod of it would not be as it is to be, so it was not restarted";
            return Err(Error::new(ErrorKind::CheckFailed, words).found(described(aim, &made)));
        }
        sleep(PAUSE).await;
    }
}
