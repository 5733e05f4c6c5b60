//! The objects of one kind, sorted by namespace and name, so that they are found by bisection.

use std::sync::Arc;

use crate::object::GroupKind;
use crate::resource::{Kind, Resource};

#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) kind: GroupKind,
    pub(super) resources: Vec<Arc<Resource>>,
}

impl Shelf {
    pub(super) fn new(kind: Kind<'_>, mut resources: Vec<Arc<Resource>>) -> Self {
        // Stable: of two with one name, the first one read is the first one here.
        resources.sort_by(|a, b| key(a).cmp(&key(b)));
        Self { kind: GroupKind::new(kind.group, kind.name), resources }
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
