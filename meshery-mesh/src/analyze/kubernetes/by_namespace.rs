//! What is derived from the objects of each namespace by themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::Resource;

/// What is derived from the objects of each namespace by themselves, and stays for as long as they are the very same.
pub(in crate::analyze) struct ByNamespace<T>(BTreeMap<Arc<str>, Arc<Part<T>>>);

struct Part<T> {
    objects: Vec<Arc<Resource>>,
    derived: T,
}

impl<T> Default for ByNamespace<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> ByNamespace<T> {
    /// Derives it from lists of objects, each sorted by namespace. What is known of a namespace from before stays, if its
    /// objects do.
    pub(in crate::analyze) fn new<'a>(
        lists: impl IntoIterator<Item = &'a [Arc<Resource>]>,
        before: &Self,
        derive: impl Fn(&[Arc<Resource>]) -> T,
    ) -> Self {
        let mut namespaces: BTreeMap<&str, Vec<Arc<Resource>>> = BTreeMap::new();
        for list in lists {
            for objects in list.chunk_by(|a, b| a.namespace_or_default() == b.namespace_or_default()) {
                let name = objects.first().map(|it| it.namespace_or_default()).unwrap_or_default();
                namespaces.entry(name).or_default().extend_from_slice(objects);
            }
        }
        let part = |(name, objects): (&str, Vec<Arc<Resource>>)| match before
            .0
            .get_key_value(name)
            .filter(|(_, known)| are_same(&known.objects, &objects))
        {
            Some((name, known)) => (Arc::clone(name), Arc::clone(known)),
            None => (name.into(), Arc::new(Part { derived: derive(&objects), objects })),
        };
        Self(namespaces.into_iter().map(part).collect())
    }

    /// What is derived of a namespace, if it has such objects.
    pub(in crate::analyze) fn get(&self, namespace: &str) -> Option<&T> {
        self.0.get(namespace).map(|part| &part.derived)
    }

    /// Of each namespace, sorted.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &T)> {
        self.0.iter().map(|(namespace, part)| (namespace, &part.derived))
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
