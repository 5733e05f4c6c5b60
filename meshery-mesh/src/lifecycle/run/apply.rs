//! Everything is written, each after what it needs, and becomes ready.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::lifecycle::{ChangeAction, Happening, Stage};
use meshery_core::{Error, ErrorKind, Health, Object, ObjectId, Result};
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep_until};

use super::cause;
use super::feed::Feed;
use super::one::{self, Manner, Written};
use super::wire::Wire;
use crate::cluster::Change;
use crate::lifecycle::graph::Need;
use crate::lifecycle::planner::Write;
use crate::lifecycle::ready;

/// How long a controller may take until it says how an object is for the first time. Not every controller ever does.
const SILENCE: Duration = Duration::from_secs(3);

const UNSAID: &str = "its controller has not said yet how it is";

/// How far an object has come.
enum Progress {
    /// It waits for others.
    Waiting,
    /// A request is under way.
    Begun,
    /// It is written, and is like this since then.
    There { health: Health, version: String, since: Instant },
    /// It could not be written.
    Lost,
}

/// All objects on their way.
pub(in crate::lifecycle) struct Applying<'a> {
    wire: &'a Wire,
    manner: Arc<Manner>,
    writes: &'a [Write],
    by_id: BTreeMap<ObjectId, usize>,
    progress: Vec<Progress>,
    /// What watches have told last of those that are not there yet: a watch may be faster than the answer to a write, and
    /// what is as it should be may become ready while it still waits for others.
    early: BTreeMap<usize, Change>,
    tasks: JoinSet<(usize, Result<Written>)>,
    written: BTreeMap<usize, Written>,
    failures: Vec<(usize, Error)>,
    /// Who may be free to begin.
    asked: BTreeSet<usize>,
    needed_by: Vec<Vec<usize>>,
}

impl<'a> Applying<'a> {
    pub(in crate::lifecycle) fn new(wire: &'a Wire, manner: Arc<Manner>, writes: &'a [Write]) -> Self {
        let mut needed_by = vec![Vec::new(); writes.len()];
        for (who, write) in writes.iter().enumerate() {
            write.needs.keys().for_each(|whom| needed_by[*whom].push(who));
        }
        Self {
            wire,
            manner,
            writes,
            by_id: writes.iter().enumerate().map(|(place, write)| (write.id.clone(), place)).collect(),
            progress: writes.iter().map(|_| Progress::Waiting).collect(),
            early: BTreeMap::new(),
            tasks: JoinSet::new(),
            written: BTreeMap::new(),
            failures: Vec::new(),
            asked: (0..writes.len()).collect(),
            needed_by,
        }
    }

    /// Writes everything, and waits for what must be ready before others may come.
    pub(in crate::lifecycle) async fn apply(&mut self, feed: &mut Feed) -> Result<()> {
        self.run(feed, Stage::Apply).await
    }

    /// Waits until everything is ready.
    pub(in crate::lifecycle) async fn wait(&mut self, feed: &mut Feed) -> Result<()> {
        self.run(feed, Stage::Wait).await
    }

    /// Both, one after the other.
    pub(in crate::lifecycle) async fn finish(&mut self, feed: &mut Feed) -> Result<()> {
        self.apply(feed).await?;
        self.wait(feed).await
    }

    /// What was written, by its place.
    pub(in crate::lifecycle) fn into_written(self) -> BTreeMap<usize, Written> {
        self.written
    }

    async fn run(&mut self, feed: &mut Feed, stage: Stage) -> Result<()> {
        let limit = (Instant::now() + self.manner.options.stage_timeout).min(self.wire.deadline());
        loop {
            self.begin();
            if self.tasks.is_empty() && !self.failures.is_empty() {
                return Err(self.failed());
            }
            if self.is_done(stage) {
                return Ok(());
            }
            let late = self.first_limit().map_or(limit, |(_, at)| at.min(limit));
            let silence = self.first_silence();
            tokio::select! {
                Some(done) = self.tasks.join_next() => {
                    let (place, done) = done.map_err(super::panicked)?;
                    self.ended(place, done, feed);
                }
                change = feed.next() => self.seen(change),
                () = sleep_until(silence.unwrap_or(late)), if silence.is_some() => self.take_silence(),
                () = sleep_until(late), if self.tasks.is_empty() => return Err(self.late(limit).await),
            }
            self.give_up_on_failed().await;
        }
    }

    /// Begins whatever may begin.
    fn begin(&mut self) {
        if !self.failures.is_empty() {
            return;
        }
        while let Some(place) = self.asked.pop_first() {
            if !matches!(self.progress[place], Progress::Waiting) || !self.may_begin(place) {
                continue;
            }
            if self.tasks.len() >= usize::from(self.manner.options.concurrency.max(1)) {
                self.asked.insert(place);
                return;
            }
            let write = self.writes[place].clone();
            if write.action == ChangeAction::Unchanged {
                let live = write.live.as_ref();
                // Whom that makes free is asked in this very loop.
                self.there(
                    place,
                    live.map_or(Health::Ready, ready::health),
                    live.map(Object::resource_version).unwrap_or_default().to_owned(),
                );
                continue;
            }
            self.progress[place] = Progress::Begun;
            let (wire, manner) = (self.wire.clone(), Arc::clone(&self.manner));
            self.tasks.spawn(async move { (place, one::write(&wire, &manner, &write).await) });
        }
    }

    fn may_begin(&self, place: usize) -> bool {
        self.writes[place].needs.iter().all(|(whom, need)| match &self.progress[*whom] {
            Progress::There { health, .. } => {
                *need == Need::Exists || health.is_ready() || *need == Need::Ready && !self.manner.options.wait
            }
            _ => false,
        })
    }

    fn ended(&mut self, place: usize, done: Result<Written>, feed: &mut Feed) {
        match done {
            Ok(written) => {
                let health = self.health(place, &written.object, Instant::now());
                let version = written.object.resource_version().to_owned();
                let Write { api, id, .. } = &self.writes[place];
                if !health.is_ready() && (self.manner.options.wait || self.is_gate(place)) {
                    feed.watch(api, id.namespace.as_deref(), true);
                }
                self.written.insert(place, written);
                self.there(place, health, version);
            }
            Err(error) => {
                let (object, message) = (self.writes[place].id.clone(), error.to_string());
                self.wire.recorder().tell(Happening::Failed { object, message });
                self.progress[place] = Progress::Lost;
                self.failures.push((place, error));
            }
        }
    }

    /// Whether others wait for it whatever the user wants to wait for.
    fn is_gate(&self, place: usize) -> bool {
        self.needed_by[place].iter().any(|who| self.writes[*who].needs.get(&place) == Some(&Need::Served))
    }

    fn there(&mut self, place: usize, health: Health, version: String) {
        self.tell(place, &health);
        self.progress[place] = Progress::There { health, version, since: Instant::now() };
        self.asked.extend(self.needed_by[place].iter().copied());
        if let Some(change) = self.early.remove(&place) {
            self.seen(change);
        }
    }

    fn tell(&self, place: usize, health: &Health) {
        let object = self.writes[place].id.clone();
        if ready::is_active(&object.kind.group, &object.kind.kind) {
            self.wire.recorder().tell(Happening::Status { object, health: health.clone() });
        }
    }

    fn seen(&mut self, change: Change) {
        let (Change::Seen(object) | Change::Gone(object)) = &change else { return };
        let Some(place) = self.by_id.get(&object.id()).copied() else { return };
        let since = match &self.progress[place] {
            Progress::Waiting | Progress::Begun => {
                self.early.insert(place, change);
                return;
            }
            Progress::There { version, .. } if is_older(object.resource_version(), version) => return,
            Progress::There { since, .. } => *since,
            Progress::Lost => return,
        };
        let health = match &change {
            Change::Gone(_) => Health::failed("somebody has removed it"),
            _ => self.health(place, object, since),
        };
        let Progress::There { health: known, .. } = &mut self.progress[place] else { return };
        if *known == health {
            return;
        }
        *known = health.clone();
        self.tell(place, &health);
        self.asked.extend(self.needed_by[place].iter().copied());
    }

    /// How an object is that was written at a time.
    fn health(&self, place: usize, object: &Object, since: Instant) -> Health {
        let health = ready::health(object);
        let is_silent = self.writes[place].is_reported && object.get("/status").is_none();
        if health.is_ready() && is_silent && since.elapsed() < SILENCE {
            return Health::progressing(UNSAID);
        }
        health
    }

    /// When the first controller that has said nothing is taken to never say anything.
    fn first_silence(&self) -> Option<Instant> {
        let silent = self.progress.iter().enumerate().filter_map(|(place, progress)| match progress {
            Progress::There { health, since, .. } if self.is_silent(place, health) => Some(*since + SILENCE),
            _ => None,
        });
        silent.min()
    }

    fn is_silent(&self, place: usize, health: &Health) -> bool {
        self.writes[place].is_reported && health.reason() == UNSAID
    }

    /// Whoever has been silent for long enough is ready.
    fn take_silence(&mut self) {
        for place in 0..self.progress.len() {
            let Progress::There { health, since, .. } = &self.progress[place] else { continue };
            if since.elapsed() < SILENCE || !self.is_silent(place, health) {
                continue;
            }
            if let Progress::There { health, .. } = &mut self.progress[place] {
                *health = Health::Ready;
            }
            self.tell(place, &Health::Ready);
            self.asked.extend(self.needed_by[place].iter().copied());
        }
    }

    fn is_done(&self, stage: Stage) -> bool {
        let waits = stage == Stage::Wait;
        self.progress.iter().all(|progress| match progress {
            Progress::There { health, .. } => !waits || health.is_ready(),
            Progress::Waiting | Progress::Begun | Progress::Lost => false,
        })
    }

    /// Who has to be ready next, and until when.
    fn first_limit(&self) -> Option<(usize, Instant)> {
        let unready = self.progress.iter().enumerate().filter_map(|(place, progress)| match progress {
            Progress::There { health, since, .. } if !health.is_ready() => {
                Some((place, *since + self.manner.options.object_timeout))
            }
            _ => None,
        });
        unready.filter(|(place, _)| self.is_waited_for(*place)).min_by_key(|(_, at)| *at)
    }

    fn is_waited_for(&self, place: usize) -> bool {
        self.manner.options.wait || self.is_gate(place)
    }

    /// What says of itself that it will never be ready is not waited for.
    async fn give_up_on_failed(&mut self) {
        let hopeless = self.progress.iter().enumerate().find_map(|(place, progress)| match progress {
            Progress::There { health: Health::Failed { reason }, .. } if self.is_waited_for(place) => {
                Some((place, reason.clone()))
            }
            _ => None,
        });
        if let Some((place, reason)) = hopeless
            && self.failures.is_empty()
        {
            let write = &self.writes[place];
            let error = Error::new(ErrorKind::CheckFailed, format!("it does not become ready: {reason}"))
                .at(write.id.to_string());
            let error = cause::explain(self.wire, &write.id, &write.object, error).await;
            let message = error.to_string();
            self.wire.recorder().tell(Happening::Failed { object: write.id.clone(), message });
            self.failures.push((place, error));
        }
    }

    /// The error of a time that has run out: what is not ready, and why not, down to the container.
    async fn late(&self, limit: Instant) -> Error {
        let waiting: Vec<_> = self.unready().collect();
        let over = self.wire.deadline() <= Instant::now();
        let (what, limit) = if over {
            ("the operation", format!("within {:?}", self.manner.options.timeout))
        } else if limit <= Instant::now() {
            ("the stage", format!("within {:?}", self.manner.options.stage_timeout))
        } else {
            ("an object", format!("within {:?}", self.manner.options.object_timeout))
        };
        let mut error = Error::new(ErrorKind::Timeout, format!("{what} took too long")).expected(limit);
        if let Some((first, _)) = waiting.first() {
            error = error.at(self.writes[*first].id.to_string());
        }
        for (place, reason) in &waiting {
            error = error.with(self.writes[*place].id.to_string(), reason);
        }
        for (place, _) in waiting.iter().take(3) {
            let Write { id, object, .. } = &self.writes[*place];
            error = cause::explain(self.wire, id, object, error).await;
        }
        error
    }

    fn unready(&self) -> impl Iterator<Item = (usize, String)> {
        self.progress.iter().enumerate().filter_map(|(place, progress)| match progress {
            Progress::There { health, .. } if !health.is_ready() && self.is_waited_for(place) => {
                Some((place, health.to_string()))
            }
            _ => None,
        })
    }

    /// The first failure, with all others below it.
    fn failed(&mut self) -> Error {
        let mut failures = std::mem::take(&mut self.failures).into_iter();
        let Some((_, first)) = failures.next() else {
            return Error::new(ErrorKind::Internal, "nothing has failed");
        };
        failures.fold(first, |error, (place, other)| {
            error.with(self.writes[place].id.to_string(), other.report().message.clone())
        })
    }
}

/// Whether a version of an object comes before another. Servers number them in one sequence (KEP-5504).
pub(in crate::lifecycle) fn is_older(version: &str, than: &str) -> bool {
    match (version.parse::<u128>(), than.parse::<u128>()) {
        (Ok(version), Ok(than)) => version < than,
        _ => false,
    }
}
