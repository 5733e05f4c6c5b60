//! What is derived from each object alone.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::{Settings, View, World};
use crate::resource::{Kind, Resource};

/// Something that is derived from one object, and from no other. It is derived once for as long as the object stays the very
/// same, whatever else changes, so that what is made of all of them is made anew without looking at each object again.
///
/// ```
/// use std::sync::Arc;
///
/// use meshery_core::Resource;
/// use meshery_core::resource::Kind;
/// use meshery_core::world::{Facet, Facets, Settings, World};
///
/// struct Hosts(Vec<String>);
/// impl Facet for Hosts {
///     const KINDS: &'static [Kind<'static>] = &[Kind::new("networking.istio.io", "VirtualService")];
///
///     fn of(object: &Arc<Resource>, _: &Settings) -> Option<Self> {
///         let hosts = object.items(&["spec", "hosts"]).iter().filter_map(|host| Some(host.as_str()?.to_owned()));
///         Some(Self(hosts.collect())).filter(|it| !it.0.is_empty())
///     }
/// }
/// let world = World::new(vec![], Settings::default());
/// let hosts = world.view::<Facets<Hosts>>().iter().map(|(_, hosts)| hosts.0.len()).sum::<usize>();
/// assert_eq!(hosts, 0);
/// ```
pub trait Facet: Any + Send + Sync + Sized {
    /// The kinds of the objects that it is derived from.
    const KINDS: &'static [Kind<'static>];

    /// Derives it; an object without one is not remembered.
    fn of(object: &Arc<Resource>, settings: &Settings) -> Option<Self>;
}

/// The facets of a world's objects: a [`View`].
///
/// ```
/// # use std::sync::Arc;
/// # use meshery_core::Resource;
/// use meshery_core::resource::Kind;
/// use meshery_core::world::{Facet, Facets, Settings, World};
///
/// struct Length(usize);
/// impl Facet for Length {
///     const KINDS: &'static [Kind<'static>] = &[Kind::new("", "Service")];
///
///     fn of(object: &Arc<Resource>, _: &Settings) -> Option<Self> {
///         Some(Self(object.name.len()))
///     }
/// }
/// let world = World::new(vec![], Settings::default());
/// assert!(world.view::<Facets<Length>>().iter().all(|(service, length)| service.name.len() == length.0));
/// ```
pub struct Facets<F>(Vec<(Arc<Resource>, Arc<F>)>);

impl<F> Facets<F> {
    /// Each object that has a facet, with it: by kind, then sorted by namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<Resource>, &Arc<F>)> {
        self.0.iter().map(|(object, facet)| (object, facet))
    }
}

impl<F: Facet> Facets<F> {
    fn one(world: &World, object: &Arc<Resource>) -> Option<(Arc<Resource>, Arc<F>)> {
        Some((Arc::clone(object), Arc::new(F::of(object, world.settings())?)))
    }
}

/// What facets are sorted by.
fn key<F: Facet>(object: &Resource) -> (Option<usize>, &str, &str) {
    let kind = F::KINDS.iter().position(|kind| *kind == object.kind());
    (kind, object.namespace_or_default(), &object.name)
}

impl<F: Facet> View for Facets<F> {
    fn of(world: &World) -> Self {
        let objects = F::KINDS.iter().flat_map(|kind| world.of(*kind));
        Self(objects.filter_map(|object| Self::one(world, object)).collect())
    }

    fn after(world: &World, before: &Self) -> Self {
        let change = world.change(F::KINDS);
        let mut all: Vec<_> = before.0.iter().filter(|(object, _)| !change.is_gone(object)).cloned().collect();
        for object in change.fresh().iter().filter(|it| F::KINDS.contains(&it.kind())) {
            let Some(facet) = Self::one(world, object) else { continue };
            let at = all.partition_point(|(other, _)| key::<F>(other) < key::<F>(object));
            if all.get(at).is_some_and(|(other, _)| key::<F>(other) == key::<F>(object)) {
                // Which of two comes first is told by where they were read.
                return Self::of(world);
            }
            all.insert(at, facet);
        }
        Self(all)
    }
}

impl<F> fmt::Debug for Facets<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} facets", self.0.len())
    }
}
