//! A file as a session holds it. An object that an edit elsewhere in the file has only moved stays the very same, so that all
//! that is known of it stays true, but for its places: those are told in the reading that the object comes from, and follow
//! it at the end.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use meshery_core::analyzer::Location;
use meshery_core::resource::{File, Node, Value};
use meshery_core::{Error, Finding, GroupKind, Resource, Span};

use super::allow::{self, Allowance};
use super::read::Read;

/// A file, its objects, and what it says may be.
pub(super) struct Held {
    pub(super) file: Arc<File>,
    pub(super) resources: Vec<Arc<Resource>>,
    pub(super) allowances: Vec<Allowance>,
    pub(super) errors: Vec<Error>,
    /// Whether it tells what runs, and not what is wanted.
    pub(super) is_running: bool,
    /// Objects that come from an earlier reading, by which one that was and where they began in it.
    moved: BTreeMap<(usize, u32), Moved>,
}

/// An object of an earlier reading, and how many bytes it has moved since.
struct Moved {
    object: Arc<Resource>,
    by: i64,
}

/// Where a reading is in memory, by which the very same one is known: for as long as an object of it is held, nothing else
/// is there.
fn address(reading: &Arc<File>) -> usize {
    Arc::as_ptr(reading).addr()
}

impl Held {
    /// What was read, in which what has not changed stays the very object that it was before; of which kinds something has.
    pub(super) fn new(read: Read, is_running: bool, before: Option<Self>) -> (Self, BTreeSet<GroupKind>) {
        let Read { file, resources, errors } = read;
        let fresh: Vec<Arc<Resource>> = resources.into_iter().map(Arc::new).collect();
        let allowances = allow::of_file(&file, &fresh);
        let mut changed = BTreeSet::new();
        let mut known = Known::new(before.map(|before| before.resources).unwrap_or_default());
        let (mut resources, mut moved) = (Vec::with_capacity(fresh.len()), BTreeMap::new());
        for object in fresh {
            if let Some((old, by)) = known.take(&object) {
                let place = (address(&old.file), old.root.span.start);
                moved.insert(place, Moved { object: Arc::clone(&old), by });
                resources.push(old);
            } else {
                changed.insert(kind_of(&object));
                resources.push(object);
            }
        }
        changed.extend(known.rest().map(|old| kind_of(old)));
        (Self { file, resources, allowances, errors, is_running, moved }, changed)
    }

    /// Of which kinds it has objects.
    pub(super) fn kinds(&self) -> impl Iterator<Item = GroupKind> {
        self.resources.iter().map(|object| kind_of(object))
    }

    /// Whether nothing comes from an earlier reading.
    pub(super) fn is_fresh(&self) -> bool {
        self.moved.is_empty()
    }

    /// Where a place of an earlier reading is now.
    fn follow(&self, location: &mut Location) {
        let span = location.span.span();
        let place = (address(location.file.reading()), span.start);
        let Some(((reading, _), moved)) = self.moved.range(..=place).next_back() else { return };
        if *reading == place.0 && moved.object.root.span.has(span) {
            location.span = self.file.region(after(span, moved.by));
            location.file = Arc::clone(&self.file).into();
        }
    }
}

/// Puts all places of a finding where they are now.
pub(super) fn follow<'a, H: Iterator<Item = &'a Held>>(finding: &mut Finding, held: impl Fn(&str) -> H) {
    let related = finding.related.iter_mut().map(|related| &mut related.location);
    let edits = finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.location);
    for location in related.chain(edits).chain([&mut finding.location]) {
        held(&location.file).for_each(|held| held.follow(location));
    }
}

/// What it is, as what is read of a world is remembered.
pub(super) fn kind_of(object: &Resource) -> GroupKind {
    GroupKind::new(object.group(), &*object.kind)
}

/// The objects of an earlier reading.
struct Known {
    objects: Vec<Arc<Resource>>,
    /// By what they are, those that nobody has asked for yet.
    places: HashMap<Identity, VecDeque<usize>>,
    /// From where on they are looked for: what has changed places with others is not the same as before.
    next: usize,
    kept: BTreeSet<usize>,
}

type Identity = (Arc<str>, Arc<str>, Option<Arc<str>>, Arc<str>);

fn identity(object: &Resource) -> Identity {
    let Resource { api_version, kind, namespace, name, .. } = object;
    (Arc::clone(api_version), Arc::clone(kind), namespace.clone(), Arc::clone(name))
}

impl Known {
    fn new(objects: Vec<Arc<Resource>>) -> Self {
        let mut places: HashMap<Identity, VecDeque<usize>> = HashMap::new();
        for (at, object) in objects.iter().enumerate() {
            places.entry(identity(object)).or_default().push_back(at);
        }
        Self { objects, places, next: 0, kept: BTreeSet::new() }
    }

    /// The one that is here now, and how far it has moved.
    fn take(&mut self, object: &Resource) -> Option<(Arc<Resource>, i64)> {
        let places = self.places.get_mut(&identity(object))?;
        while let Some(at) = places.pop_front() {
            let Some(old) = self.objects.get(at).filter(|_| at >= self.next) else { continue };
            let by = moved(old, object)?;
            self.next = at + 1;
            self.kept.insert(at);
            return Some((Arc::clone(old), by));
        }
        None
    }

    /// Those that are here no longer.
    fn rest(&self) -> impl Iterator<Item = &Arc<Resource>> {
        self.objects.iter().enumerate().filter(|(at, _)| !self.kept.contains(at)).map(|(_, object)| object)
    }
}

/// How far an object has moved, if that is all.
fn moved(old: &Resource, new: &Resource) -> Option<i64> {
    let by = i64::from(new.root.span.start) - i64::from(old.root.span.start);
    let is_written = old.file.slice(old.root.span) == new.file.slice(new.root.span);
    let is_same = is_written && old.cluster == new.cluster;
    (is_same && is_moved(&old.root, &new.root, by, old.root.span)).then_some(by)
}

/// Whether a value is the same, so far away, and all within a stretch: what an alias shares may have moved differently.
fn is_moved(old: &Node, new: &Node, by: i64, within: Span) -> bool {
    let is_place = |old: Span, new: Span| within.has(old) && after(old, by) == new;
    let is_same = match (&old.value, &new.value) {
        (Value::List(old), Value::List(new)) => {
            old.len() == new.len() && old.iter().zip(&**new).all(|(old, new)| is_moved(old, new, by, within))
        }
        (Value::Map(old), Value::Map(new)) => {
            let mut fields = old.iter().zip(&**new);
            old.len() == new.len()
                && fields.all(|(old, new)| {
                    old.key == new.key
                        && is_place(old.key_span, new.key_span)
                        && is_moved(&old.value, &new.value, by, within)
                })
        }
        (old, new) => old == new,
    };
    is_same && is_place(old.span, new.span)
}

/// A stretch, so many bytes later.
fn after(span: Span, by: i64) -> Span {
    let moved = |offset: u32| u32::try_from(i64::from(offset) + by).unwrap_or(u32::MAX);
    Span { start: moved(span.start), end: moved(span.end) }
}
