//! [`World`]: all objects of one look at files or clusters, found without a search, and what rules derive from them.
//!
//! | module | holds |
//! |---|---|
//! | `facet` | [`Facet`]: what is derived from each object alone |
//! | [`labels`] | labels, and the selectors that ask for them |
//! | `memory` | [`Memory`]: what was found about each object by itself; [`Change`]: which objects are not the same as before |
//! | `nearby` | [`Nearby`]: what is found about an object by itself and what is near to it |
//! | [`settings`] | what a look is told beside the objects |
//! | `shelf` | the objects of one kind, sorted |
//! | [`view`] | what is derived from objects once and shared by many rules |

mod facet;
pub mod labels;
mod memory;
mod nearby;
pub mod settings;
mod shelf;
pub mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::analyzer::Finding;
use crate::object::GroupKind;
use crate::resource::{Kind, Resource};

pub use facet::{Facet, Facets};
pub use labels::{Labels, Selector};
pub use memory::{Change, Memory};
pub use nearby::{Nearby, Reach};
pub use settings::Settings;
use shelf::Shelf;
pub use view::View;
use view::Views;

/// All objects of one look at files or a cluster. Cheap to clone; a clone remembers by itself what is read of it.
///
/// ```
/// use meshery_core::world::{Settings, World};
/// use meshery_core::resource::Kind;
///
/// const SERVICE: Kind<'_> = Kind::new("", "Service");
/// let world = World::new(vec![], Settings::default());
/// assert!(world.of(SERVICE).is_empty() && world.get(SERVICE, "shop", "reviews").is_none());
/// assert_eq!(world.reads().iter().map(ToString::to_string).collect::<Vec<_>>(), ["Service"]);
/// ```
#[derive(Debug)]
pub struct World {
    stock: Arc<Stock>,
    /// Which shelves were looked at.
    read: Box<[AtomicBool]>,
    /// Which kinds were asked for that are not there.
    missed: Mutex<BTreeSet<GroupKind>>,
    /// What was found before, where that is known.
    before: Option<Memory>,
    /// What is found about each object by itself.
    memory: Mutex<Memory>,
    /// Whether somebody is looking at each object now.
    is_at_each: AtomicBool,
}

#[derive(Debug)]
struct Stock {
    settings: Settings,
    resources: Vec<Arc<Resource>>,
    /// What is different from the world that this one comes after.
    change: Change,
    shelves: Vec<Arc<Shelf>>,
    /// By kind, and then by group: there are few kinds that several groups have.
    index: BTreeMap<Arc<str>, Vec<(Arc<str>, usize)>>,
    views: Views,
}

impl World {
    /// A world of these objects.
    pub fn new(resources: Vec<Arc<Resource>>, settings: Settings) -> Self {
        Self::over(Arc::new(Stock::new(resources, settings)))
    }

    /// A world of other objects, of which those of all other kinds than these are the very same as here. What was derived
    /// from none of these kinds is kept.
    #[must_use]
    pub fn with(&self, resources: Vec<Arc<Resource>>, changed: &BTreeSet<GroupKind>) -> Self {
        Self::over(Arc::new(self.stock.with(resources, changed)))
    }

    fn over(stock: Arc<Stock>) -> Self {
        let read = stock.shelves.iter().map(|_| AtomicBool::new(false)).collect();
        let (missed, memory, is_at_each) = (Mutex::default(), Mutex::default(), AtomicBool::new(false));
        Self { stock, read, missed, before: None, memory, is_at_each }
    }

    /// The same world for who knows what was found in the one that it comes after, and has read nothing there that has
    /// changed since but by [`each`](Self::each).
    #[must_use]
    pub fn recalling(mut self, before: Memory) -> Self {
        self.before = Some(before);
        self
    }

    /// What there is to say of each object of a kind by itself. This is how a rule says that what it finds about one of
    /// these objects has to do with no other of this kind, unless it reads those elsewhere too: when some of them change,
    /// only those are looked at again.
    ///
    /// ```
    /// use meshery_core::resource::Kind;
    /// use meshery_core::world::{Settings, World};
    /// use meshery_core::{Finding, RuleInfo, Severity};
    ///
    /// fn unnamed(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    ///     world.each(Kind::new("", "Pod"), |pod| {
    ///         pod.name.is_empty().then(|| rule.finding(pod, pod.head(), "this Pod has no name"))
    ///     })
    /// }
    /// let rule = RuleInfo::new("SHOP1", "pod-unnamed", Severity::Error, "A Pod has no name");
    /// assert!(unnamed(&World::new(vec![], Settings::default()), &rule).is_empty());
    /// ```
    pub fn each<'w, F: IntoIterator<Item = Finding>>(
        &'w self,
        kind: Kind<'_>,
        find: impl Fn(&'w Arc<Resource>) -> F,
    ) -> Vec<Finding> {
        self.nearby(&[]).each(&[kind], |object, _| find(object))
    }

    /// The same world for who looks, of these kinds, only at what is near to each object.
    pub fn nearby<'w>(&'w self, kinds: &'w [Kind<'w>]) -> Nearby<'w> {
        Nearby::new(self, kinds)
    }

    /// What was found about each object by itself, by this clone.
    pub fn memory(&self) -> Memory {
        self.found().clone()
    }

    fn found(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is different from the world that this one comes after; nothing for the first one. Who asks has read these kinds;
    /// those of others are told all the same.
    pub fn change(&self, kinds: &[Kind<'_>]) -> &Change {
        for kind in kinds {
            self.shelf(*kind);
        }
        &self.stock.change
    }

    /// What the look was told beside the objects.
    pub fn settings(&self) -> &Settings {
        &self.stock.settings
    }

    /// All objects, in the order they were read. Who asks has read everything.
    pub fn all(&self) -> &[Arc<Resource>] {
        self.read.iter().for_each(|read| read.store(true, Ordering::Relaxed));
        self.miss(Kind::new("*", "*"));
        &self.stock.resources
    }

    /// The objects of a kind, whatever their version, sorted by namespace and name.
    pub fn of(&self, kind: Kind<'_>) -> &[Arc<Resource>] {
        self.shelf(kind).map_or(&[], |shelf| &shelf.resources)
    }

    /// Those of a namespace.
    pub fn within(&self, kind: Kind<'_>, namespace: &str) -> &[Arc<Resource>] {
        self.shelf(kind).map_or(&[], |shelf| shelf.within(namespace))
    }

    /// The one of this name; the first one, where there are several. The namespace is empty for what has none.
    pub fn get(&self, kind: Kind<'_>, namespace: &str, name: &str) -> Option<&Arc<Resource>> {
        self.shelf(kind)?.get(namespace, name)
    }

    /// Whether what is not here is not there either: everything was read, or there is something of this kind in the
    /// namespace, so that the reader seems to have read those.
    pub fn covers(&self, kind: Kind<'_>, namespace: &str) -> bool {
        self.settings().closed || !self.within(kind, namespace).is_empty()
    }

    /// What is derived from the objects by everyone who wants this, once.
    pub fn view<V: View>(&self) -> Arc<V> {
        let (view, reads) = self.stock.views.get(|before: Option<Arc<V>>| {
            let fresh = self.clone();
            let view = before.map_or_else(|| V::of(&fresh), |before| V::after(&fresh, &before));
            (view, fresh.reads())
        });
        for kind in reads.iter() {
            self.shelf(Kind::new(&kind.group, &kind.kind));
        }
        view
    }

    /// Of which kinds something was read, or looked for, by this clone.
    pub fn reads(&self) -> BTreeSet<GroupKind> {
        let mut kinds = self.missed.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let read = self.stock.shelves.iter().zip(&self.read).filter(|(_, read)| read.load(Ordering::Relaxed));
        kinds.extend(read.map(|(shelf, _)| shelf.kind.clone()));
        kinds
    }

    fn shelf(&self, kind: Kind<'_>) -> Option<&Shelf> {
        let Some((at, found)) = self.place(kind) else {
            self.miss(kind);
            return None;
        };
        if let Some(read) = self.read.get(at) {
            read.store(true, Ordering::Relaxed);
        }
        Some(found)
    }

    /// The objects of a kind, of which nobody is said to have read them.
    fn unread(&self, kind: Kind<'_>) -> &[Arc<Resource>] {
        self.place(kind).map_or(&[], |(_, shelf)| &shelf.resources)
    }

    /// Those of a namespace.
    fn unread_within(&self, kind: Kind<'_>, namespace: &str) -> &[Arc<Resource>] {
        self.place(kind).map_or(&[], |(_, shelf)| shelf.within(namespace))
    }

    fn place(&self, kind: Kind<'_>) -> Option<(usize, &Shelf)> {
        let groups = self.stock.index.get(kind.name)?;
        let (_, at) = groups.iter().find(|(group, _)| **group == *kind.group)?;
        self.stock.shelves.get(*at).map(|shelf| (*at, &**shelf))
    }

    fn miss(&self, kind: Kind<'_>) {
        let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        if !missed.iter().any(|it| it.is(kind.group, kind.name)) {
            missed.insert(GroupKind::new(kind.group, kind.name));
        }
    }
}

/// Where an object is in memory, by which the very same one is known: for as long as somebody holds it, nothing else is there.
fn address(object: &Arc<Resource>) -> usize {
    Arc::as_ptr(object).addr()
}

/// Where objects are in memory, sorted.
fn addresses<'a>(objects: impl Iterator<Item = &'a Arc<Resource>>) -> Vec<usize> {
    let mut addresses: Vec<usize> = objects.map(address).collect();
    addresses.sort_unstable();
    addresses
}

fn is_among(object: &Arc<Resource>, addresses: &[usize]) -> bool {
    addresses.binary_search(&address(object)).is_ok()
}

impl Clone for World {
    fn clone(&self) -> Self {
        Self::over(Arc::clone(&self.stock))
    }
}

impl Stock {
    fn new(resources: Vec<Arc<Resource>>, settings: Settings) -> Self {
        let shelf = |(kind, objects)| Arc::new(Shelf::new(kind, objects));
        let shelves: Vec<Arc<Shelf>> = by_kind(resources.iter()).into_iter().map(shelf).collect();
        let index = index(&shelves);
        Self { settings, resources, change: Change::default(), shelves, index, views: Views::default() }
    }

    fn with(&self, resources: Vec<Arc<Resource>>, changed: &BTreeSet<GroupKind>) -> Self {
        // Looked at for every object, of which most are not of these kinds by their names alone.
        let has_changed = |it: &&Arc<Resource>| changed.iter().any(|to| *to.kind == *it.kind && to.group == it.group());
        let mut of_changed = by_kind(resources.iter().filter(has_changed));
        let mut change = Change::default();
        let mut shelves: Vec<Arc<Shelf>> = Vec::with_capacity(self.shelves.len());
        for shelf in &self.shelves {
            if !changed.contains(&shelf.kind) {
                shelves.push(Arc::clone(shelf));
                continue;
            }
            let objects = of_changed.remove(&Kind::new(&shelf.kind.group, &shelf.kind.kind)).unwrap_or_default();
            let next = shelf.with(objects, &mut change);
            if !next.resources.is_empty() {
                shelves.push(Arc::new(next));
            }
        }
        for (kind, objects) in of_changed {
            change.add_all(&objects);
            shelves.push(Arc::new(Shelf::new(kind, objects)));
        }
        shelves.sort_by(|a, b| a.kind.cmp(&b.kind));
        let (settings, views, index) = (self.settings.clone(), self.views.without(changed), index(&shelves));
        Self { settings, resources, change, shelves, index, views }
    }
}

/// Objects by their kinds.
fn by_kind<'a>(resources: impl Iterator<Item = &'a Arc<Resource>>) -> BTreeMap<Kind<'a>, Vec<Arc<Resource>>> {
    let mut by_kind: BTreeMap<Kind<'_>, Vec<Arc<Resource>>> = BTreeMap::new();
    for resource in resources {
        by_kind.entry(resource.kind()).or_default().push(Arc::clone(resource));
    }
    by_kind
}

fn index(shelves: &[Arc<Shelf>]) -> BTreeMap<Arc<str>, Vec<(Arc<str>, usize)>> {
    let mut index: BTreeMap<Arc<str>, Vec<(Arc<str>, usize)>> = BTreeMap::new();
    for (at, shelf) in shelves.iter().enumerate() {
        let GroupKind { group, kind } = &shelf.kind;
        index.entry(kind.as_str().into()).or_default().push((group.as_str().into(), at));
    }
    index
}

#[cfg(test)]
mod tests;
