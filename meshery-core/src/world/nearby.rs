//! What is found about an object by itself and what is near to it.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::World;
use super::memory::Found;
use crate::analyzer::Finding;
use crate::resource::{Kind, Resource};

/// A world, of some kinds of which only what is near to an object is looked at. It is read like the world; what is read of
/// these kinds hangs on the objects that it was read for.
///
/// ```
/// use meshery_core::resource::Kind;
/// use meshery_core::world::{Settings, World};
/// use meshery_core::{Finding, RuleInfo, Severity};
///
/// const SERVICE: Kind<'_> = Kind::new("", "Service");
/// const POD: Kind<'_> = Kind::new("", "Pod");
///
/// fn alone(world: &World, rule: &RuleInfo) -> Vec<Finding> {
///     let nearby = world.nearby(&[POD]);
///     nearby.each(&[SERVICE], |service, _| {
///         let pods = nearby.within(POD, service.namespace_or_default());
///         pods.is_empty().then(|| rule.finding(service, service.head(), "there is no Pod for this Service"))
///     })
/// }
/// let rule = RuleInfo::new("SHOP2", "service-alone", Severity::Error, "A Service has no Pod");
/// assert!(alone(&World::new(vec![], Settings::default()), &rule).is_empty());
/// ```
#[derive(Debug)]
pub struct Nearby<'w> {
    world: &'w World,
    kinds: &'w [Kind<'w>],
    /// What is read of it is told to the world, but for the kinds of which only what is near is.
    read: World,
}

/// In which namespaces something was looked for that is near to an object: in its own, and in those that are added.
///
/// ```
/// use meshery_core::world::Reach;
///
/// let mut reach = Reach::default();
/// reach.add("shop");
/// assert!(reach.is_in("shop") && !reach.is_in("bank"));
/// reach.add_all();
/// assert!(reach.is_in("bank"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    namespaces: Vec<Arc<str>>,
    is_everywhere: bool,
}

impl Reach {
    /// This one too.
    pub fn add(&mut self, namespace: &str) {
        if !self.is_in(namespace) {
            self.namespaces.push(namespace.into());
        }
    }

    /// Every one.
    pub fn add_all(&mut self) {
        self.is_everywhere = true;
    }

    /// Whether it was looked for in one of those that were added.
    pub fn is_in(&self, namespace: &str) -> bool {
        self.is_everywhere || self.namespaces.iter().any(|it| **it == *namespace)
    }

    fn is_empty(&self) -> bool {
        !self.is_everywhere && self.namespaces.is_empty()
    }

    fn is_among(&self, changed: &BTreeSet<&str>) -> bool {
        !changed.is_empty() && (self.is_everywhere || self.namespaces.iter().any(|it| changed.contains(&**it)))
    }
}

impl<'w> Nearby<'w> {
    pub(super) fn new(world: &'w World, kinds: &'w [Kind<'w>]) -> Self {
        Self { world, kinds, read: world.clone() }
    }

    /// What there is to say of each object of some kinds by itself and what is near to it. This is how a rule says that what
    /// it finds about one of these objects has to do with no other, but with those of the near kinds that are in its own
    /// namespace, or in those that it adds to the object's reach: when something changes elsewhere, the object is not looked
    /// at again. What has no namespace counts as being in `default`, as a server has it.
    pub fn each<F: IntoIterator<Item = Finding>>(
        &self,
        kinds: &[Kind<'_>],
        find: impl Fn(&'w Arc<Resource>, &mut Reach) -> F,
    ) -> Vec<Finding> {
        let look = |object: &'w Arc<Resource>| {
            let mut reach = Reach::default();
            let findings = find(object, &mut reach);
            reach.namespaces.retain(|it| **it != *object.namespace_or_default());
            Found::new(object, findings, reach)
        };
        if self.world.is_at_each.swap(true, Ordering::Relaxed) {
            // Whoever asks within another call has a result that hangs on all of them.
            let objects = kinds.iter().flat_map(|kind| self.world.of(*kind));
            let findings = objects.flat_map(|object| find(object, &mut Reach::default())).collect();
            self.tell(&[]);
            return findings;
        }
        let change = &self.world.stock.change;
        // Where nothing is found, and only what is in its own namespace can change that, there is nothing to remember: all
        // objects of a namespace are looked at again when something in it changes.
        let counts = |it: &Found| it.findings.is_some() || !it.reach.is_empty();
        let before = self.world.before.as_ref().and_then(|it| it.of(&self.world.found(), kinds, self.kinds));
        let found: Vec<Found> = if let Some(before) = before {
            let changed = change.namespaces(self.kinds);
            let is_near = |object: &Resource| changed.contains(object.namespace_or_default());
            let rest = before.iter().filter(|it| !change.is_gone(&it.object) && !is_near(&it.object));
            let known = rest.map(|it| if it.reach.is_among(&changed) { look(&it.object) } else { it.clone() });
            let fresh = change.fresh().iter().filter(|it| kinds.contains(&it.kind()) && !is_near(it));
            let places = changed.iter().flat_map(|namespace| kinds.iter().map(move |kind| (*kind, *namespace)));
            let near = places.flat_map(|(kind, namespace)| self.world.unread_within(kind, namespace));
            known.chain(fresh.chain(near).map(look)).filter(counts).collect()
        } else {
            kinds.iter().flat_map(|kind| self.world.unread(*kind)).map(look).filter(counts).collect()
        };
        let findings = found.iter().filter_map(|it| it.findings.as_deref()).flatten().cloned().collect();
        self.world.found().add(kinds, self.kinds, found);
        self.world.is_at_each.store(false, Ordering::Relaxed);
        self.tell(self.kinds);
        findings
    }

    /// Tells the world what was read, but for these kinds.
    fn tell(&self, near: &[Kind<'_>]) {
        for kind in self.read.reads() {
            if !near.iter().any(|near| kind.is(near.group, near.name)) {
                self.world.shelf(Kind::new(&kind.group, &kind.kind));
            }
        }
    }
}

impl Deref for Nearby<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.read
    }
}
