//! What becomes of each object that is wanted.

use meshery_core::lifecycle::{Change, ChangeAction, FieldChange, OperationKind};
use meshery_core::{Error, ErrorKind, Object, ObjectId, Result};

use super::ownership::{self, Yields};
use super::{Answer, Wish, Write, blockade};
use crate::lifecycle::desired::is_namespace;
use crate::lifecycle::fields::applied_by;
use crate::lifecycle::graph::Graph;
use crate::lifecycle::hooks::{Hook, Time};
use crate::lifecycle::{applyset, differ, digest, immutable};

/// What has to be done, and the same for people, in the order in which it is begun.
#[derive(Default)]
pub(super) struct Writes {
    pub(super) writes: Vec<Write>,
    pub(super) changes: Vec<Change>,
}

/// What is not in order with an object, so that nothing at all is done.
enum Obstacle {
    /// It is somebody else's.
    Foreign(String),
    /// A field of it cannot change.
    Fixed(String),
    /// Somebody else has changed fields of it.
    Contested(String),
}

pub(super) fn plan(wish: &Wish<'_>) -> Result<Writes> {
    if wish.kind == OperationKind::Uninstall {
        return Ok(Writes::default());
    }
    let objects: Vec<Object> = wish.desired.objects.clone();
    let graph = Graph::of(&objects);
    let (mut verdicts, mut obstacles) = (Vec::new(), Vec::new());
    for object in &objects {
        match judge(wish, object) {
            Ok(verdict) => verdicts.push(verdict),
            Err(obstacle) => obstacles.push((object.id(), obstacle)),
        }
    }
    // A hook is made anew each time, but not in place of what is somebody else's.
    for hook in wish.desired.hooks.iter().filter(|hook| is_near(wish, hook)) {
        let Some(live) = wish.live.get(&hook.object.id()).filter(|live| applyset::of(live) != Some(wish.set)) else {
            continue;
        };
        if let Err(obstacle) = foreign(wish, &hook.object, live) {
            obstacles.push((hook.object.id(), obstacle));
        }
    }
    if let Some(error) = refusal(&obstacles) {
        return Err(error);
    }
    blockade::lift(wish, &objects, &graph, &mut verdicts);
    let changes = graph.order().into_iter().map(|place| verdicts[place].change(&objects[place])).collect();
    let judged = objects.into_iter().zip(verdicts).enumerate();
    let writes = judged.map(|(place, (object, verdict))| verdict.write(wish, object, graph.needs(place).clone()));
    Ok(Writes { writes: writes.collect(), changes })
}

/// Whether a hook comes during this operation.
fn is_near(wish: &Wish<'_>, hook: &Hook) -> bool {
    hook.comes(wish.kind, Time::Before) || hook.comes(wish.kind, Time::After)
}

/// What becomes of an object.
pub(super) struct Verdict {
    pub(super) action: ChangeAction,
    pub(super) reason: String,
    fields: Vec<FieldChange>,
    live: Option<Object>,
    awaits_end: bool,
    pub(super) is_borrowed: bool,
    pub(super) yields: Yields,
}

impl Verdict {
    fn new(action: ChangeAction, live: Option<&Object>) -> Self {
        let live = live.cloned();
        Self {
            action,
            reason: String::new(),
            fields: Vec::new(),
            live,
            awaits_end: false,
            is_borrowed: false,
            yields: Yields::new(),
        }
    }

    fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    fn change(&self, object: &Object) -> Change {
        let change = Change::new(object.id(), object.api_version(), self.action);
        Change { reason: self.reason.clone(), fields: self.fields.clone(), ..change }
    }

    fn write(
        self,
        wish: &Wish<'_>,
        object: Object,
        needs: std::collections::BTreeMap<usize, crate::lifecycle::graph::Need>,
    ) -> Write {
        let id = object.id();
        let intent = digest::of(object.value());
        let api = wish.desired.apis[&id.kind].clone();
        let object = wish.sent(object, &self.yields);
        let is_reported = wish.desired.reported.contains(&id.kind);
        let Self { action, live, awaits_end, is_borrowed, yields, .. } = self;
        Write { id, api, object, intent, action, live, awaits_end, is_borrowed, is_reported, needs, yields }
    }
}

fn judge(wish: &Wish<'_>, object: &Object) -> Result<Verdict, Obstacle> {
    let id = object.id();
    let entry = wish.state.entries.get(&id);
    let Some(live) = wish.live.get(&id) else {
        let gone = if entry.is_some_and(|entry| !entry.uid.is_empty()) { "it is gone" } else { "" };
        return Ok(Verdict::new(ChangeAction::Create, None).because(gone));
    };
    if live.is_terminating() {
        if is_namespace(&id) {
            return Err(Obstacle::Foreign("it is on its way out, and takes nothing in".into()));
        }
        let verdict = Verdict::new(ChangeAction::Create, Some(live)).because("one of its name is on its way out");
        return Ok(Verdict { awaits_end: true, ..verdict });
    }
    let yields = ownership::yields(live, wish.manager, wish.runtime);
    if applyset::of(live) != Some(wish.set) {
        return foreign(wish, object, live).map(|verdict| Verdict { yields, ..verdict });
    }
    let is_borrowed = entry.is_some_and(|entry| entry.is_borrowed);
    let verdict = match entry.filter(|entry| !entry.intent.is_empty()) {
        // It bears our label, and we do not know what we last wrote: it is written again.
        None => Verdict::new(ChangeAction::Update, Some(live)).because("an operation on it was interrupted"),
        Some(entry) if entry.intent != digest::of(object.value()) => changed(wish, object, live, &entry.intent)?,
        Some(entry) if is_untouched(wish, live, &entry.owned, &entry.uid) => {
            Verdict::new(ChangeAction::Unchanged, Some(live))
        }
        Some(_) => answered(wish, object, live)?,
    };
    Ok(Verdict { is_borrowed, yields, ..verdict })
}

/// Whether nobody has written to what is ours of an object since we did.
fn is_untouched(wish: &Wish<'_>, live: &Object, owned: &str, uid: &str) -> bool {
    live.uid() == uid && ownership::digest(live, wish.manager, wish.runtime) == owned
}

/// Objects of which only a dry run tells what would become of them.
pub(in crate::lifecycle) fn suspects(wish: &Wish<'_>) -> Vec<ObjectId> {
    let is_suspect = |object: &&Object| {
        let id = object.id();
        let (Some(live), Some(entry)) = (wish.live.get(&id), wish.state.entries.get(&id)) else { return false };
        applyset::of(live) == Some(wish.set)
            && !live.is_terminating()
            && entry.intent == digest::of(object.value())
            && !is_untouched(wish, live, &entry.owned, &entry.uid)
    };
    wish.desired.objects.iter().filter(is_suspect).map(Object::id).collect()
}

/// It is wanted otherwise than it was last written.
fn changed(wish: &Wish<'_>, object: &Object, live: &Object, last: &str) -> Result<Verdict, Obstacle> {
    let kind = object.id().kind;
    let Some(old) = wish.contents.get(last) else { return Ok(Verdict::new(ChangeAction::Update, Some(live))) };
    let fields = differ::fields(&kind, old.value(), object.value(), &wish.state.salt);
    let Some(fixed) = immutable::first(&kind, old, &fields) else {
        return Ok(Verdict { fields, ..Verdict::new(ChangeAction::Update, Some(live)) });
    };
    if !wish.options.replace {
        return Err(Obstacle::Fixed(fixed.to_owned()));
    }
    let verdict = Verdict::new(ChangeAction::Replace, Some(live)).because(format!("{fixed} cannot change in place"));
    Ok(Verdict { fields, ..verdict })
}

/// Somebody has written to it since: the server has said what would become of it.
fn answered(wish: &Wish<'_>, object: &Object, live: &Object) -> Result<Verdict, Obstacle> {
    let id = object.id();
    match wish.answers.get(&id) {
        Some(Answer::Same) => Ok(Verdict::new(ChangeAction::Unchanged, Some(live))),
        Some(Answer::Contested(owners)) => {
            let words: Vec<_> = owners.iter().map(|(manager, field)| format!("{field} is {manager}'s")).collect();
            Err(Obstacle::Contested(words.join(", ")))
        }
        Some(Answer::Becomes(new)) => {
            let verdict = Verdict::new(ChangeAction::Update, Some(live)).because("somebody has changed it");
            let fields =
                wish.live.whole(&id).map(|old| differ::shown_fields(old, new, &wish.state.salt)).unwrap_or_default();
            Ok(Verdict { fields, ..verdict })
        }
        None => Ok(Verdict::new(ChangeAction::Update, Some(live)).because("somebody has written to it")),
    }
}

/// It is there, and is not ours.
fn foreign(wish: &Wish<'_>, object: &Object, live: &Object) -> Result<Verdict, Obstacle> {
    let id = object.id();
    if wish.desired.implied.contains(&id) {
        let verdict = Verdict::new(ChangeAction::Unchanged, Some(live)).because("it was there before, and stays");
        return Ok(Verdict { is_borrowed: true, ..verdict });
    }
    if let Some(set) = applyset::of(live) {
        return Err(Obstacle::Foreign(format!("it is part of another set: {set}")));
    }
    if is_namespace(&id) {
        let verdict = Verdict::new(ChangeAction::Update, Some(live)).because("it was there before, and will stay");
        return Ok(Verdict { is_borrowed: true, ..verdict });
    }
    let others = ownership::others(live, wish.manager);
    if applied_by(live, wish.manager).is_some() {
        // Whatever others have written to it since is found out by the server.
        return Ok(Verdict::new(ChangeAction::Update, Some(live)).because("it was kept when it was last removed"));
    }
    let names: Vec<_> = others.iter().map(|owner| owner.manager.clone()).collect();
    let made_by = if names.is_empty() { "nobody who says so".into() } else { names.join(", ") };
    let (installers, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(ownership::is_installer);
    let may_stay = |owner: &crate::lifecycle::fields::Owner| {
        let of_runtime = wish.runtime.iter().any(|it| it.manager == owner.manager && it.kind == id.kind);
        of_runtime || ownership::is_bystander(owner)
    };
    let adoptable = !installers.is_empty() && rest.iter().all(may_stay);
    match (adoptable, wish.options.adopt) {
        (true, true) => Ok(Verdict::new(ChangeAction::Adopt, Some(live)).because(format!("it was made by {made_by}"))),
        (true, false) => Err(Obstacle::Foreign(format!("it was made by {made_by}, and can be adopted"))),
        (false, _) => Err(Obstacle::Foreign(format!("it was made by {made_by}"))),
    }
}

fn refusal(obstacles: &[(ObjectId, Obstacle)]) -> Option<Error> {
    let (_, first) = obstacles.first()?;
    let (message, expected) = match first {
        Obstacle::Foreign(_) => (
            "there are objects of others in the way",
            "names that are free, or the option adopt for what an installer made",
        ),
        Obstacle::Fixed(_) => (
            "fields that cannot change in place would have to",
            "the option replace, to remove objects and make them again",
        ),
        Obstacle::Contested(_) => {
            ("somebody else has changed fields of objects", "that they are given back, or wanted as they are")
        }
    };
    let mut error =
        Error::new(ErrorKind::Conflict, message).expected(expected).found(format!("{} of them", obstacles.len()));
    for (id, obstacle) in obstacles {
        let words = match obstacle {
            Obstacle::Foreign(words) | Obstacle::Contested(words) => words.clone(),
            Obstacle::Fixed(field) => format!("{field} cannot change"),
        };
        error = error.with(id.to_string(), words);
    }
    Some(error)
}
