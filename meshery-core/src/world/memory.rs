//! What was found about each object by itself, kept for those that have not changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::address;
use super::shelf::Shelf;
use crate::analyzer::Finding;
use crate::object::GroupKind;
use crate::resource::{Kind, Resource};

/// What a rule has found by [`World::each`](super::World::each), call by call.
///
/// ```
/// use meshery_core::world::{Memory, Settings, World};
///
/// let world = World::new(vec![], Settings::default());
/// assert!(world.clone().recalling(Memory::default()).memory().kinds().next().is_none(), "nobody has asked yet");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory(Vec<Call>);

/// The objects of a kind about which something was found.
#[derive(Clone, Debug)]
struct Call {
    kind: GroupKind,
    found: Vec<Found>,
}

type Found = (Arc<Resource>, Arc<[Finding]>);

impl Memory {
    /// Of which kinds each object was looked at by itself.
    pub fn kinds(&self) -> impl Iterator<Item = &GroupKind> {
        self.0.iter().map(|call| &call.kind)
    }

    /// What the next call will be numbered.
    pub(super) fn next(&self) -> usize {
        self.0.len()
    }

    /// What this call has found before, if it asked for this kind then too.
    pub(super) fn of(&self, number: usize, kind: Kind<'_>) -> Option<&[Found]> {
        self.0.get(number).filter(|call| call.kind.is(kind.group, kind.name)).map(|call| call.found.as_slice())
    }

    pub(super) fn add(&mut self, kind: Kind<'_>, found: Vec<Found>) {
        self.0.push(Call { kind: GroupKind::new(kind.group, kind.name), found });
    }
}

/// Which objects are not the very same as a look ago.
#[derive(Debug, Default)]
pub(super) struct Change {
    /// Those that are here now.
    pub(super) fresh: Vec<Arc<Resource>>,
    /// Where those are in memory that are here no longer; what was found about them holds them, so that nothing else is
    /// there.
    gone: BTreeSet<usize>,
}

impl Change {
    pub(super) fn between(before: &[Arc<Shelf>], now: &[Arc<Shelf>]) -> Self {
        let addresses = |shelves: &[Arc<Shelf>]| -> BTreeSet<usize> { objects(shelves).map(address).collect() };
        let (old, new) = (addresses(before), addresses(now));
        let fresh = objects(now).filter(|it| !old.contains(&address(it))).cloned().collect();
        let gone = old.difference(&new).copied().collect();
        Self { fresh, gone }
    }

    pub(super) fn is_gone(&self, resource: &Arc<Resource>) -> bool {
        self.gone.contains(&address(resource))
    }
}

fn objects(shelves: &[Arc<Shelf>]) -> impl Iterator<Item = &Arc<Resource>> {
    shelves.iter().flat_map(|shelf| &shelf.resources)
}
