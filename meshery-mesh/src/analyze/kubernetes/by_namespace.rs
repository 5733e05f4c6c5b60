//! What is derived from the objects of each namespace by themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::World;
use meshery_core::resource::{Kind, Resource};

/// What is derived from the objects of each namespace by themselves, and stays for as long as they are the very same.
pub(in crate::analyze) struct ByNamespace<T>(BTreeMap<Arc<str>, Arc<T>>);

impl<T> ByNamespace<T> {
    /// Derives it from objects of some kinds, anew where something has changed since it was derived in the world before.
    pub(in crate::analyze) fn new(
        world: &World,
        kinds: &[Kind<'_>],
        before: Option<&Self>,
        derive: impl Fn(&[Arc<Resource>]) -> T,
    ) -> Self {
        let names = |kind: &Kind<'_>| -> Vec<&str> {
            let of_each = world.of(*kind).chunk_by(|a, b| a.namespace_or_default() == b.namespace_or_default());
            of_each.filter_map(<[_]>::first).map(|object| object.namespace_or_default()).collect()
        };
        let stale: BTreeSet<&str> = match before {
            Some(_) => world.change(kinds).namespaces(kinds),
            None => kinds.iter().flat_map(names).collect(),
        };
        let mut parts = before.map(|before| before.0.clone()).unwrap_or_default();
        for namespace in stale {
            let objects = kinds.iter().flat_map(|kind| world.within(*kind, namespace)).cloned().collect::<Vec<_>>();
            if objects.is_empty() {
                parts.remove(namespace);
            } else {
                parts.insert(namespace.into(), Arc::new(derive(&objects)));
            }
        }
        Self(parts)
    }

    /// What is derived of a namespace, if it has such objects.
    pub(in crate::analyze) fn get(&self, namespace: &str) -> Option<&T> {
        self.0.get(namespace).map(|part| &**part)
    }

    /// Of each namespace, sorted.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &T)> {
        self.0.iter().map(|(namespace, part)| (namespace, &**part))
    }

    /// Whether the objects of a namespace are the very same as in another look.
    pub(in crate::analyze) fn is_same_in(&self, namespace: &str, other: &Self) -> bool {
        match (self.0.get(namespace), other.0.get(namespace)) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

/// Whether they are the very same.
pub(in crate::analyze) fn are_same(some: &[Arc<Resource>], others: &[Arc<Resource>]) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(one, other)| Arc::ptr_eq(one, other))
}
