//! What is derived from each object alone.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Settings, View, World, address};
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
///     fn of(object: &Arc<Resource>, _: &Settings) -> Self {
///         Self(object.items(&["spec", "hosts"]).iter().filter_map(|host| Some(host.as_str()?.to_owned())).collect())
///     }
/// }
/// let world = World::new(vec![], Settings::default());
/// let hosts = world.view::<Facets<Hosts>>().iter().map(|(_, hosts)| hosts.0.len()).sum::<usize>();
/// assert_eq!(hosts, 0);
/// ```
pub trait Facet: Any + Send + Sync + Sized {
    /// The kinds of the objects that it is derived from.
    const KINDS: &'static [Kind<'static>];

    /// Derives it.
    fn of(object: &Arc<Resource>, settings: &Settings) -> Self;
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
///     fn of(object: &Arc<Resource>, _: &Settings) -> Self {
///         Self(object.name.len())
///     }
/// }
/// let world = World::new(vec![], Settings::default());
/// assert!(world.view::<Facets<Length>>().iter().all(|(service, length)| service.name.len() == length.0));
/// ```
pub struct Facets<F> {
    all: Vec<(Arc<Resource>, Arc<F>)>,
    /// By where an object is in memory: as long as it is held here, nothing else is there.
    places: BTreeMap<usize, usize>,
}

impl<F> Facets<F> {
    /// Each object with its facet: by kind, then sorted by namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<Resource>, &Arc<F>)> {
        self.all.iter().map(|(object, facet)| (object, facet))
    }

    fn of_object(&self, object: &Arc<Resource>) -> Option<&Arc<F>> {
        self.places.get(&address(object)).and_then(|place| self.all.get(*place)).map(|(_, facet)| facet)
    }
}

impl<F: Facet> Facets<F> {
    fn derive(world: &World, before: Option<&Self>) -> Self {
        let facet = |object: &Arc<Resource>| {
            let known = before.and_then(|before| before.of_object(object)).cloned();
            (Arc::clone(object), known.unwrap_or_else(|| Arc::new(F::of(object, world.settings()))))
        };
        let all: Vec<_> = F::KINDS.iter().flat_map(|kind| world.of(*kind)).map(facet).collect();
        let places = all.iter().enumerate().map(|(place, (object, _))| (address(object), place)).collect();
        Self { all, places }
    }
}

impl<F: Facet> View for Facets<F> {
    fn of(world: &World) -> Self {
        Self::derive(world, None)
    }

    fn after(world: &World, before: &Self) -> Self {
        Self::derive(world, Some(before))
    }
}

impl<F> fmt::Debug for Facets<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} facets", self.all.len())
    }
}
