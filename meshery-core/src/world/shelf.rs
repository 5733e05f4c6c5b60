//! The objects of one kind, sorted by namespace and name, so that they are found by bisection.

use std::sync::Arc;

use super::memory::Change;
use super::{addresses, is_among};
use crate::object::GroupKind;
use crate::resource::{Kind, Resource};

#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) kind: GroupKind,
    pub(super) resources: Vec<Arc<Resource>>,
}

impl Shelf {
    pub(super) fn new(kind: Kind<'_>, resources: Vec<Arc<Resource>>) -> Self {
        Self::sorted(GroupKind::new(kind.group, kind.name), resources)
    }

    fn sorted(kind: GroupKind, mut resources: Vec<Arc<Resource>>) -> Self {
        // Stable: of two with one name, the first one read is the first one here.
        resources.sort_by(|a, b| key(a).cmp(&key(b)));
        Self { kind, resources }
    }

    /// The same kind with these objects, of which those that are here already need not be sorted again; and what has changed.
    pub(super) fn with(&self, resources: Vec<Arc<Resource>>, change: &mut Change) -> Self {
        let (old, new) = (addresses(self.resources.iter()), addresses(resources.iter()));
        let mut fresh: Vec<&Arc<Resource>> = resources.iter().filter(|it| !is_among(it, &old)).collect();
        fresh.sort_by(|a, b| key(a).cmp(&key(b)));
        change.add_all(fresh.iter().copied());
        change.remove_all(self.resources.iter().filter(|it| !is_among(it, &new)));
        let is_twice = |pair: &[&Arc<Resource>]| matches!(pair, [a, b] if key(a) == key(b));
        let (mut merged, mut fresh) = (Vec::with_capacity(resources.len()), fresh.into_iter().peekable());
        for known in self.resources.iter().filter(|it| is_among(it, &new)) {
            while let Some(before) = fresh.next_if(|fresh| key(fresh) <= key(known)) {
                merged.push(before);
            }
            merged.push(known);
        }
        merged.extend(fresh);
        if merged.windows(2).any(is_twice) {
            // Which of two comes first is told by where they were read.
            return Self::sorted(self.kind.clone(), resources);
        }
        Self { kind: self.kind.clone(), resources: merged.into_iter().map(Arc::clone).collect() }
    }

    pub(super) fn within(&self, namespace: &str) -> &[Arc<Resource>] {
        let namespace = or_default(namespace);
        let start = self.resources.partition_point(|it| key(it).0 < namespace);
        let rest = self.resources.get(start..).unwrap_or_default();
        let length = rest.partition_point(|it| key(it).0 == namespace);
        rest.get(..length).unwrap_or_default()
    }

    pub(super) fn get(&self, namespace: &str, name: &str) -> Option<&Arc<Resource>> {
        let wanted = (or_default(namespace), name);
        let at = self.resources.partition_point(|it| key(it) < wanted);
        self.resources.get(at).filter(|it| key(it) == wanted)
    }
}

/// What has no namespace counts as being in `default`: a namespaced object is, and others are asked for by name alone.
fn key(resource: &Resource) -> (&str, &str) {
    (resource.namespace_or_default(), &resource.name)
}

fn or_default(namespace: &str) -> &str {
    if namespace.is_empty() { "default" } else { namespace }
}
