//! Routes, their parents and backends.

use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::World;

use super::kinds::ROUTES;
use super::reference::Reference;
use crate::analyze::kinds::{K8S_GATEWAY, SERVICE};

/// All routes, by kind, namespace and name.
pub(in crate::analyze) fn routes(world: &World) -> impl Iterator<Item = &Arc<Resource>> {
    ROUTES.into_iter().flat_map(|kind| world.of(kind))
}

/// The kind of a route, without its life.
pub(in crate::analyze) fn kind_of(route: &Resource) -> Option<Kind<'static>> {
    ROUTES.into_iter().find(|kind| *kind == route.kind())
}

/// What a route wants to be attached to.
pub(in crate::analyze) fn parents(route: &Resource) -> impl Iterator<Item = Reference<'_>> {
    let own = route.namespace_or_default();
    route.items(&["spec", "parentRefs"]).iter().filter_map(move |node| Reference::read(node, own, K8S_GATEWAY))
}

/// Whether a route is for calls of Services alone, and not for any Gateway.
pub(in crate::analyze) fn is_of_mesh(route: &Resource) -> bool {
    let mut parents = parents(route).peekable();
    parents.peek().is_some() && parents.all(|parent| parent.kind == SERVICE)
}

/// The rules of a route.
pub(in crate::analyze) fn rules(route: &Resource) -> &[Node] {
    route.items(&["spec", "rules"])
}

/// Where a route sends requests, and by its filters copies of them and questions about them.
pub(in crate::analyze) fn backends(route: &Resource) -> Vec<Reference<'_>> {
    let own = route.namespace_or_default();
    let mut nodes = Vec::new();
    for rule in rules(route) {
        let forwarded = rule.get("backendRefs").map(Node::items).unwrap_or_default();
        nodes.extend(forwarded);
        for holder in std::iter::once(rule).chain(forwarded) {
            let filters = holder.get("filters").map(Node::items).unwrap_or_default().iter();
            nodes.extend(filters.flat_map(|filter| {
                ["requestMirror", "externalAuth"].into_iter().filter_map(|field| filter.at(&[field, "backendRef"]))
            }));
        }
    }
    nodes.into_iter().filter_map(|node| Reference::read(node, own, SERVICE)).collect()
}

/// By what the older of two objects is told: when it was made, and then its name. What was not made yet comes last.
pub(in crate::analyze) fn age(object: &Resource) -> (bool, &str, &str, &str) {
    let made = object.text(&["metadata", "creationTimestamp"]).unwrap_or_default();
    (made.is_empty(), made, object.namespace_or_default(), &object.name)
}
