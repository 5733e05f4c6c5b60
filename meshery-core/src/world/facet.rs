//! What is derived from each object alone.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::{Settings, View, World, recall};
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
pub struct Facets<F>(Vec<(Arc<Resource>, Arc<F>)>);

impl<F> Facets<F> {
    /// Each object with its facet: by kind, then sorted by namespace and name.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<Resource>, &Arc<F>)> {
        self.0.iter().map(|(object, facet)| (object, facet))
    }
}

impl<F: Facet> Facets<F> {
    fn derive(world: &World, before: Option<&Self>) -> Self {
        let objects: Vec<&Arc<Resource>> = F::KINDS.iter().flat_map(|kind| world.of(*kind)).collect();
        let known = recall(before.map(|before| &*before.0).unwrap_or_default(), &objects);
        let facet = |(object, known): (&Arc<Resource>, Option<&Arc<F>>)| {
            let facet = known.map_or_else(|| Arc::new(F::of(object, world.settings())), Arc::clone);
            (Arc::clone(object), facet)
        };
        Self(objects.into_iter().zip(known).map(facet).collect())
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
        write!(f, "{} facets", self.0.len())
    }
}
