//! What was found about each object by itself, kept for those that have not changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::address;
use super::nearby::Reach;
use crate::analyzer::Finding;
use crate::object::GroupKind;
use crate::resource::{Kind, Resource};

/// What a rule has found by [`World::each`](super::World::each) and [`Nearby::each`](super::Nearby::each), call by call.
///
/// ```
/// use meshery_core::world::{Memory, Settings, World};
///
/// let world = World::new(vec![], Settings::default());
/// assert!(world.clone().recalling(Memory::default()).memory().kinds().next().is_none(), "nobody has asked yet");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory(Vec<Arc<Call>>);

/// The objects of some kinds, and what was found about them.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) kinds: Vec<GroupKind>,
    /// The kinds of which only what is near to each object was looked at.
    pub(super) near: Vec<GroupKind>,
    pub(super) found: Vec<Found>,
}

/// What was found about an object.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) object: Arc<Resource>,
    /// `None` for nothing, which is most often the case.
    pub(super) findings: Option<Arc<[Finding]>>,
    /// Where else was looked.
    pub(super) reach: Reach,
}

impl Found {
    pub(super) fn new(object: &Arc<Resource>, findings: impl IntoIterator<Item = Finding>, reach: Reach) -> Self {
        let findings: Vec<Finding> = findings.into_iter().collect();
        Self { object: Arc::clone(object), findings: (!findings.is_empty()).then(|| findings.into()), reach }
    }
}

impl Memory {
    /// Of which kinds each object, or what is near to it, was looked at by itself.
    pub fn kinds(&self) -> impl Iterator<Item = &GroupKind> {
        self.0.iter().flat_map(|call| call.kinds.iter().chain(&call.near))
    }

    /// What this call, the next one of `so_far`, has found before, if it asked for the same then.
    pub(super) fn of(&self, so_far: &Self, kinds: &[Kind<'_>], near: &[Kind<'_>]) -> Option<&[Found]> {
        let call = self.0.get(so_far.0.len())?;
        (is_same(&call.kinds, kinds) && is_same(&call.near, near)).then_some(call.found.as_slice())
    }

    pub(super) fn add(&mut self, kinds: &[Kind<'_>], near: &[Kind<'_>], found: Vec<Found>) {
        let owned = |kinds: &[Kind<'_>]| kinds.iter().map(|kind| GroupKind::new(kind.group, kind.name)).collect();
        self.0.push(Arc::new(Call { kinds: owned(kinds), near: owned(near), found }));
    }
}

fn is_same(known: &[GroupKind], kinds: &[Kind<'_>]) -> bool {
    known.len() == kinds.len() && known.iter().zip(kinds).all(|(known, kind)| known.is(kind.group, kind.name))
}

/// Which objects are not the very same as in the world before.
///
/// ```
/// use std::collections::BTreeSet;
/// use std::sync::Arc;
///
/// use meshery_core::GroupKind;
/// use meshery_core::resource::{File, Node, Resource, Value};
/// use meshery_core::world::{Settings, World};
///
/// # const POD: meshery_core::resource::Kind<'_> = meshery_core::resource::Kind::new("", "Pod");
/// # let pod = |name: &str| Arc::new(Resource {
/// #     file: Arc::new(File::new("a.yaml", "")),
/// #     cluster: None,
/// #     api_version: "v1".into(),
/// #     kind: "Pod".into(),
/// #     namespace: None,
/// #     name: name.into(),
/// #     root: Node { value: Value::Null, span: Default::default() },
/// # });
/// let (gone, stays, fresh) = (pod("gone"), pod("stays"), pod("fresh"));
/// let before = World::new(vec![Arc::clone(&gone), Arc::clone(&stays)], Settings::default());
/// let changed = BTreeSet::from([GroupKind::new("", "Pod")]);
/// let world = before.with(vec![Arc::clone(&stays), Arc::clone(&fresh)], &changed);
/// let change = world.change(&[POD]);
/// assert!(change.is_gone(&gone) && !change.is_gone(&stays));
/// assert_eq!(change.fresh().iter().map(|it| &*it.name).collect::<Vec<_>>(), ["fresh"]);
/// ```
#[derive(Debug, Default)]
pub struct Change {
    fresh: Vec<Arc<Resource>>,
    /// Where those are in memory that are here no longer; what was found about them holds them, so that nothing else is
    /// there.
    gone: BTreeSet<usize>,
    /// By kind, the namespaces of both.
    namespaces: BTreeMap<GroupKind, BTreeSet<Arc<str>>>,
}

impl Change {
    /// These are here, and were not.
    pub(super) fn add_all<'a>(&mut self, objects: impl IntoIterator<Item = &'a Arc<Resource>>) {
        for object in objects {
            self.touch(object);
            self.fresh.push(Arc::clone(object));
        }
    }

    /// These are here no longer.
    pub(super) fn remove_all<'a>(&mut self, objects: impl IntoIterator<Item = &'a Arc<Resource>>) {
        for object in objects {
            self.touch(object);
            self.gone.insert(address(object));
        }
    }

    fn touch(&mut self, object: &Resource) {
        let namespaces = self.namespaces.entry(GroupKind::new(object.group(), &*object.kind)).or_default();
        if !namespaces.contains(object.namespace_or_default()) {
            namespaces.insert(object.namespace_or_default().into());
        }
    }

    /// Those that are here now and were not, of each kind sorted by namespace and name.
    pub fn fresh(&self) -> &[Arc<Resource>] {
        &self.fresh
    }

    /// Whether an object of the world before is here no longer.
    pub fn is_gone(&self, object: &Arc<Resource>) -> bool {
        self.gone.contains(&address(object))
    }

    /// The namespaces in which something of these kinds has changed. What has none counts as being in `default`.
    pub fn namespaces(&self, kinds: &[Kind<'_>]) -> BTreeSet<&str> {
        let changed =
            self.namespaces.iter().filter(|(changed, _)| kinds.iter().any(|it| changed.is(it.group, it.name)));
        changed.flat_map(|(_, namespaces)| namespaces).map(|namespace| &**namespace).collect()
    }
}
