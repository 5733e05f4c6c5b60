//! Needs with all that have to do with them: who needs, and who meets them, before and after.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use meshery_core::Span;
use meshery_core::resource::Resource;

use super::changes::Object;
use super::edges;
use super::state::{State, services};
use super::thing::{Harm, Links, Need, Thing};

/// Who needs something.
#[derive(Clone, Copy, Debug)]
pub(super) struct User {
    /// Which of the objects.
    pub(super) object: usize,
    /// Where it says so before.
    pub(super) before: Option<Span>,
    /// Where it says so afterwards.
    pub(super) after: Option<Span>,
    pub(super) harm: Harm,
}

/// Something that is needed, and that nobody has both before and after, though somebody has it at one of the times.
#[derive(Debug)]
pub(super) struct Clause {
    /// What most likely is meant.
    pub(super) thing: Thing,
    /// In the order of the objects.
    pub(super) users: Vec<User>,
    /// The objects that have it only afterwards, in the order in which they are applied.
    pub(super) gainers: Vec<usize>,
    /// The objects that have it only before, in the order in which they are applied.
    pub(super) losers: Vec<usize>,
}

impl Clause {
    /// Whether nobody has it afterwards, though it is needed then.
    pub(super) fn ends_unmet(&self) -> bool {
        self.gainers.is_empty() && self.users.iter().any(|user| user.after.is_some())
    }
}

/// Things by number, and who has them.
#[derive(Default)]
struct Holders {
    numbers: HashMap<(Option<Arc<str>>, Thing), usize>,
    /// By number: the objects, and whether they have it before and after.
    held: Vec<BTreeMap<usize, (bool, bool)>>,
}

impl Holders {
    fn number(&mut self, cluster: Option<&Arc<str>>, thing: &Thing) -> usize {
        let next = self.held.len();
        let number = *self.numbers.entry((cluster.cloned(), thing.clone())).or_insert(next);
        if number == next {
            self.held.push(BTreeMap::new());
        }
        number
    }

    fn add(&mut self, cluster: Option<&Arc<str>>, thing: &Thing, object: usize, (before, after): (bool, bool)) {
        let number = self.number(cluster, thing);
        if let Some(held) = self.held.get_mut(number) {
            let known = held.entry(object).or_default();
            *known = (known.0 || before, known.1 || after);
        }
    }

    /// Who has any of these things.
    fn of(&self, any: &[usize]) -> BTreeMap<usize, (bool, bool)> {
        let mut all: BTreeMap<usize, (bool, bool)> = BTreeMap::new();
        for (object, (before, after)) in any.iter().filter_map(|number| self.held.get(*number)).flatten() {
            let known = all.entry(*object).or_default();
            *known = (known.0 || *before, known.1 || *after);
        }
        all
    }
}

/// A need by the numbers of its things, and who has it.
#[derive(Default)]
struct Gathered {
    thing: Option<Thing>,
    users: Vec<User>,
}

/// What is needed and changes hands, in the order of those who need it.
pub(super) fn clauses(objects: &[Object]) -> Vec<Clause> {
    let moment = |pick: fn(&Object) -> Option<&Arc<Resource>>| -> Vec<Arc<Resource>> {
        objects.iter().filter_map(pick).cloned().collect()
    };
    let (before, after) = (moment(|object| object.before.as_ref()), moment(|object| object.after.as_ref()));
    let ever = services(before.iter().chain(&after).cloned().collect());
    let states = (State::new(before, &ever), State::new(after, &ever));
    let links: Vec<(Links, Links)> = objects.iter().map(|object| both(object, &states)).collect();
    let mut holders = Holders::default();
    for (at, (object, (before, after))) in objects.iter().zip(&links).enumerate() {
        let cluster = object.latest().and_then(|it| it.cluster.as_ref());
        // What follows from others may change though the object does not: then it counts as there all the time.
        let stays = object.change.is_none();
        before.has.iter().for_each(|thing| holders.add(cluster, thing, at, (true, stays)));
        after.has.iter().for_each(|thing| holders.add(cluster, thing, at, (stays, true)));
    }
    let mut order: Vec<Vec<usize>> = Vec::new();
    let mut gathered: HashMap<Vec<usize>, Gathered> = HashMap::new();
    for (at, (object, (before, after))) in objects.iter().zip(&links).enumerate() {
        let cluster = object.latest().and_then(|it| it.cluster.as_ref());
        for (needs, is_after) in [(&before.needs, false), (&after.needs, true)] {
            // Of what is new nobody asks anything as yet.
            let counts = |need: &&Need| need.harm != Harm::Serving || object.before.is_some();
            for need in needs.iter().filter(counts) {
                let key: Vec<usize> = need.any.iter().map(|thing| holders.number(cluster, thing)).collect();
                let entry = gathered.entry(key.clone()).or_insert_with(|| {
                    order.push(key);
                    Gathered { thing: need.any.first().cloned(), users: Vec::new() }
                });
                entry.add(at, need.span, is_after, need.harm);
            }
        }
    }
    let position = |at: &usize| objects.get(*at).and_then(Object::position);
    let found = order.iter().filter_map(|key| {
        let Gathered { thing, users } = gathered.remove(key)?;
        let held = holders.of(key);
        if held.is_empty() || held.values().any(|it| *it == (true, true)) {
            return None;
        }
        let of = |wanted: (bool, bool)| {
            let mut of: Vec<usize> = held.iter().filter(|(_, it)| **it == wanted).map(|(at, _)| *at).collect();
            of.sort_by_key(position);
            of
        };
        Some(Clause { thing: thing?, users, gainers: of((false, true)), losers: of((true, false)) })
    });
    found.collect()
}

impl Gathered {
    /// Objects come one after the other, so that the last user is the one that may be known.
    fn add(&mut self, object: usize, span: Span, is_after: bool, harm: Harm) {
        if self.users.last().is_none_or(|last| last.object != object) {
            self.users.push(User { object, before: None, after: None, harm });
        }
        let Some(user) = self.users.last_mut() else { return };
        let place = if is_after { &mut user.after } else { &mut user.before };
        place.get_or_insert(span);
        user.harm = user.harm.max(harm);
    }
}

fn both(object: &Object, states: &(State, State)) -> (Links, Links) {
    let links = |resource: Option<&Arc<Resource>>, state| {
        resource.map(|resource| edges::links(resource, state)).unwrap_or_default()
    };
    (links(object.before.as_ref(), &states.0), links(object.after.as_ref(), &states.1))
}
