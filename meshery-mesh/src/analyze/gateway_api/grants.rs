//! Which references may leave their namespace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::{View, World};

use super::kinds::REFERENCE_GRANT;
use super::reference::Reference;
use super::routes::{backends, is_of_mesh, routes};
use super::trust::trusted;

/// A reference to an object of another namespace that nobody may make without a grant of that namespace.
#[derive(Clone, Copy, Debug)]
pub(in crate::analyze) struct Crossing<'a> {
    pub(in crate::analyze) object: &'a Arc<Resource>,
    pub(in crate::analyze) reference: Reference<'a>,
}

/// All of them: from routes of Gateways to backends, and from Gateways and ListenerSets to Secrets and ConfigMaps.
pub(in crate::analyze) fn crossings(world: &World) -> Vec<Crossing<'_>> {
    let mut found = Vec::new();
    for object in routes(world) {
        // What a mesh applies to calls of a Service opens nothing that was closed, and may lead anywhere.
        if !is_of_mesh(object) {
            found.extend(backends(object).into_iter().map(|reference| Crossing { object, reference }));
        }
    }
    found.extend(trusted(world).into_iter().map(|it| Crossing { object: it.object, reference: it.reference }));
    found.retain(|it| it.object.namespace_or_default() != it.reference.namespace);
    found
}

/// Who may refer to what: group, kind and namespace of the one, group, kind and namespace of the other.
type Pair = [Arc<str>; 6];

/// The grants of a world.
pub(in crate::analyze) struct Grants(BTreeMap<Pair, Names>);

/// Which objects of a kind may be referred to.
#[derive(Default)]
struct Names {
    all: bool,
    some: BTreeSet<Arc<str>>,
}

impl View for Grants {
    fn of(world: &World) -> Self {
        let mut pairs: BTreeMap<Pair, Names> = BTreeMap::new();
        for grant in world.of(REFERENCE_GRANT) {
            let text =
                |node: &Node, key: &str| Arc::<str>::from(node.get(key).and_then(Node::as_str).unwrap_or_default());
            for from in grant.items(&["spec", "from"]) {
                for to in grant.items(&["spec", "to"]) {
                    let own = grant.namespace_or_default().into();
                    let [group, kind, namespace] = ["group", "kind", "namespace"].map(|key| text(from, key));
                    let pair = [group, kind, namespace, text(to, "group"), text(to, "kind"), own];
                    let names = pairs.entry(pair).or_default();
                    match to.get("name").and_then(Node::as_str).filter(|name| !name.is_empty()) {
                        Some(name) => _ = names.some.insert(name.into()),
                        None => names.all = true,
                    }
                }
            }
        }
        Self(pairs)
    }
}

impl Grants {
    /// Whether an object may refer to this.
    pub(in crate::analyze) fn permit(&self, object: &Resource, reference: &Reference<'_>) -> bool {
        let own = object.namespace_or_default();
        if own == reference.namespace {
            return true;
        }
        let Kind { group, name, .. } = object.kind();
        let pair = [group, name, own, reference.kind.group, reference.kind.name, reference.namespace].map(Arc::from);
        self.0.get(&pair).is_some_and(|names| names.all || names.some.contains(reference.name))
    }
}
