//! What is not wanted any more goes, each after those that must go before it.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::lifecycle::Happening;
use meshery_core::{Error, ErrorKind, ObjectId, Result};
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep_until};

use super::feed::Feed;
use super::one::{self, Manner, Removed};
use super::wire::Wire;
use crate::cluster::{Change, Request};
use crate::lifecycle::planner::Removal;

/// How long a finalizer may take where it may be taken away.
const GRACE: Duration = Duration::from_secs(5);

enum Progress {
    Waiting,
    Begun,
    /// It was told to go, and has finalizers to wait for.
    Going {
        since: Instant,
        freed: bool,
    },
    Gone,
    /// It was another one.
    NotIt,
}

/// What became of all that was to go.
#[derive(Debug, Default)]
pub(in crate::lifecycle) struct Pruned {
    pub(in crate::lifecycle) gone: Vec<ObjectId>,
    pub(in crate::lifecycle) not_it: Vec<ObjectId>,
}

/// All objects on their way out.
pub(in crate::lifecycle) struct Pruning<'a> {
    wire: &'a Wire,
    manner: Arc<Manner>,
    removals: &'a [Removal],
    progress: Vec<Progress>,
    tasks: JoinSet<(usize, Result<Removed>)>,
    failures: Vec<Error>,
}

impl<'a> Pruning<'a> {
    pub(in crate::lifecycle) fn new(wire: &'a Wire, manner: Arc<Manner>, removals: &'a [Removal]) -> Self {
        let progress = removals.iter().map(|_| Progress::Waiting).collect();
        Self { wire, manner, removals, progress, tasks: JoinSet::new(), failures: Vec::new() }
    }

    /// Removes everything, and waits until it is gone. What has gone is told even when not all has.
    pub(in crate::lifecycle) async fn run(mut self, feed: &mut Feed) -> (Pruned, Result<()>) {
        let done = self.work(feed).await;
        let mut pruned = Pruned::default();
        for (removal, progress) in self.removals.iter().zip(&self.progress) {
            match progress {
                Progress::Gone => pruned.gone.push(removal.id.clone()),
                Progress::NotIt => pruned.not_it.push(removal.id.clone()),
                _ => {}
            }
        }
        (pruned, done)
    }

    async fn work(&mut self, feed: &mut Feed) -> Result<()> {
        let limit = (Instant::now() + self.manner.options.stage_timeout).min(self.wire.deadline());
        loop {
            self.begin();
            if self.tasks.is_empty() {
                if let Some(error) = self.failures.pop() {
                    return Err(error);
                }
                let waits =
                    |progress: &Progress| self.manner.options.wait && matches!(progress, Progress::Going { .. });
                if !self.progress.iter().any(|progress| matches!(progress, Progress::Waiting) || waits(progress)) {
                    return Ok(());
                }
            }
            let late = self.first_limit().min(limit);
            tokio::select! {
                Some(done) = self.tasks.join_next() => {
                    let (place, done) = done.map_err(super::panicked)?;
                    self.told(place, done, feed);
                }
                change = feed.next() => self.seen(&change),
                () = sleep_until(late), if self.tasks.is_empty() => self.late(limit).await?,
            }
        }
    }

    fn begin(&mut self) {
        if !self.failures.is_empty() {
            return;
        }
        let is_over = |progress: &Progress| match progress {
            Progress::Gone | Progress::NotIt => true,
            Progress::Going { .. } => !self.manner.options.wait,
            Progress::Waiting | Progress::Begun => false,
        };
        let over: Vec<bool> = self.progress.iter().map(is_over).collect();
        let turn = self.removals.iter().zip(&over).filter(|(_, over)| !**over).map(|(removal, _)| removal.turn).min();
        for (place, removal) in self.removals.iter().enumerate() {
            let is_full = self.tasks.len() >= usize::from(self.manner.options.concurrency.max(1));
            if is_full || Some(removal.turn) > turn {
                break;
            }
            let may = removal.after.iter().all(|before| over[*before]);
            if !may || !matches!(self.progress[place], Progress::Waiting) {
                continue;
            }
            self.progress[place] = Progress::Begun;
            let (wire, Removal { id, api, uid, .. }) = (self.wire.clone(), removal.clone());
            self.tasks.spawn(async move {
                wire.recorder().tell(Happening::Started { object: id.clone() });
                (place, one::remove(&wire, &api, &id, &uid).await)
            });
        }
    }

    fn told(&mut self, place: usize, done: Result<Removed>, feed: &mut Feed) {
        let removal = &self.removals[place];
        self.progress[place] = match done {
            // The watch was there first.
            Ok(Removed::Gone | Removed::Going) if matches!(self.progress[place], Progress::Gone) => Progress::Gone,
            Ok(Removed::Gone) => {
                self.wire.recorder().tell(Happening::Removed { object: removal.id.clone() });
                Progress::Gone
            }
            Ok(Removed::Going) => {
                feed.watch(&removal.api, removal.id.namespace.as_deref(), false);
                Progress::Going { since: Instant::now(), freed: false }
            }
            Ok(Removed::NotIt) => {
                let reason = "it is another one of its name now".to_owned();
                self.wire.recorder().tell(Happening::Kept { object: removal.id.clone(), reason });
                Progress::NotIt
            }
            Err(error) => {
                let (object, message) = (removal.id.clone(), error.to_string());
                self.wire.recorder().tell(Happening::Failed { object, message });
                self.failures.push(error);
                Progress::Going { since: Instant::now(), freed: true }
            }
        };
    }

    fn seen(&mut self, change: &Change) {
        let gone: Vec<usize> = self
            .removals
            .iter()
            .enumerate()
            .filter(|(place, removal)| match change {
                Change::Gone(object) => object.id() == removal.id && object.uid() == removal.uid,
                Change::Seen(object) => {
                    let is_another = object.id() == removal.id && object.uid() != removal.uid;
                    is_another && matches!(self.progress[*place], Progress::Going { .. })
                }
                Change::Synced => false,
            })
            .map(|(place, _)| place)
            .collect();
        for place in gone {
            if matches!(self.progress[place], Progress::Going { .. } | Progress::Begun) {
                self.progress[place] = Progress::Gone;
                self.wire.recorder().tell(Happening::Removed { object: self.removals[place].id.clone() });
            }
        }
    }

    fn first_limit(&self) -> Instant {
        let patience = if self.manner.options.remove_finalizers {
            GRACE.min(self.manner.options.object_timeout)
        } else {
            self.manner.options.object_timeout
        };
        let going = self.progress.iter().filter_map(|progress| match progress {
            Progress::Going { since, freed } => {
                Some(*since + if *freed { self.manner.options.object_timeout } else { patience })
            }
            _ => None,
        });
        going.min().unwrap_or_else(|| self.wire.deadline())
    }

    /// A time has run out: finalizers are taken away where that is allowed, and otherwise named.
    async fn late(&mut self, limit: Instant) -> Result<()> {
        let now = Instant::now();
        let mut stuck = BTreeSet::new();
        for place in 0..self.progress.len() {
            if let Progress::Going { freed, .. } = self.progress[place] {
                if self.manner.options.remove_finalizers && !freed && now < limit {
                    let Removal { id, api, uid, .. } = &self.removals[place];
                    one::free(self.wire, &self.manner, api, id, uid).await?;
                    self.progress[place] = Progress::Going { since: now, freed: true };
                } else {
                    stuck.insert(place);
                }
            }
        }
        let freed_some = self
            .progress
            .iter()
            .any(|progress| matches!(progress, Progress::Going { since, freed: true } if *since == now));
        if freed_some { Ok(()) } else { Err(self.stuck(&stuck).await) }
    }

    async fn stuck(&self, stuck: &BTreeSet<usize>) -> Error {
        let limit = format!("within {:?}", self.manner.options.object_timeout);
        let mut error = Error::new(ErrorKind::Timeout, "objects do not go").expected(limit);
        for place in stuck.iter().take(10) {
            let Removal { id, api, .. } = &self.removals[*place];
            error = error.with(id.to_string(), held(self.wire, api, id).await);
        }
        error
    }
}

/// What holds an object.
async fn held(wire: &Wire, api: &crate::cluster::Api, id: &ObjectId) -> String {
    let request = Request::get(api.path(id.namespace.as_deref(), Some(&id.name)));
    let seen = async { wire.send(request, id).await?.accepted()?.json::<meshery_core::Object>() }.await;
    match seen {
        Ok(object) => {
            let conditions =
                object.items("/status/conditions").iter().filter(|condition| condition["status"] == "True");
            let words: Vec<_> = conditions.filter_map(|condition| condition["message"].as_str()).collect();
            let health = crate::lifecycle::health(&object).to_string();
            if words.is_empty() { health } else { format!("{health}; {}", words.join("; ")) }
        }
        Err(error) => format!("not to be found out: {error}"),
    }
}
