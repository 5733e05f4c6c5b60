//! The routes that Linkerd's policy controller takes: its own, and those of the Gateway API that have parents of the mesh.

use std::sync::Arc;

use meshery_core::World;
use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::View;

use super::kinds::{
    AUTHORIZATION_POLICY, EGRESS_NETWORK, HTTP_ROUTE, LINK, MESH_TLS, NETWORK_AUTHENTICATION, POLICY, SERVER,
    SERVER_AUTHORIZATION, SERVICE_PROFILE,
};
use crate::analyze::kinds::{self, NAMESPACE};

/// All kinds of routes.
pub(in crate::analyze) const ALL: [Kind<'static>; 5] =
    [HTTP_ROUTE, kinds::HTTP_ROUTE, kinds::GRPC_ROUTE, kinds::TLS_ROUTE, kinds::TCP_ROUTE];

/// Those of HTTP.
pub(in crate::analyze) const HTTP: [Kind<'static>; 2] = [HTTP_ROUTE, kinds::HTTP_ROUTE];

/// Whether there is anything that only Linkerd reads.
struct InUse(bool);

impl View for InUse {
    fn of(world: &World) -> Self {
        let own = [
            AUTHORIZATION_POLICY,
            EGRESS_NETWORK,
            HTTP_ROUTE,
            LINK,
            MESH_TLS,
            NETWORK_AUTHENTICATION,
            SERVER,
            SERVER_AUTHORIZATION,
            SERVICE_PROFILE,
        ];
        let injected = || world.of(NAMESPACE).iter().any(|it| it.annotation("linkerd.io/inject").is_some());
        Self(own.into_iter().any(|kind| !world.of(kind).is_empty()) || injected())
    }
}

/// Who a route is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::analyze) enum Parent {
    /// Requests that come in at a Server.
    Server,
    /// Requests to a Service.
    Service,
    /// Requests that leave the cluster.
    EgressNetwork,
    /// Something that the mesh has nothing to do with.
    Other,
}

/// Who a parent reference of a route names. One without a kind names a Gateway, one without a group something of the same
/// group as the route.
pub(in crate::analyze) fn parent(route: &Resource, reference: &Node) -> Parent {
    let text = |key: &str| reference.get(key).and_then(Node::as_str);
    let Some(kind) = text("kind") else { return Parent::Other };
    let group = text("group").unwrap_or(route.group());
    let is = |wanted: &str| kind.eq_ignore_ascii_case(wanted);
    let own = group.eq_ignore_ascii_case(POLICY);
    if own && is("Server") {
        Parent::Server
    } else if own && is("EgressNetwork") {
        Parent::EgressNetwork
    } else if (group.is_empty() || group.eq_ignore_ascii_case("core")) && is("Service") {
        Parent::Service
    } else {
        Parent::Other
    }
}

/// The parents of a route that are of this sort.
pub(in crate::analyze) fn parents(route: &Resource, sort: Parent) -> impl Iterator<Item = &Node> {
    route.items(&["spec", "parentRefs"]).iter().filter(move |reference| parent(route, reference) == sort)
}

/// The routes of these kinds that Linkerd takes. One with a Service for a parent may be another mesh's; it counts where
/// there is something that only Linkerd reads.
pub(in crate::analyze) fn of<'a>(world: &'a World, kinds: &[Kind<'_>]) -> Vec<&'a Arc<Resource>> {
    let routes = kinds.iter().flat_map(|kind| world.of(*kind));
    let is_own = |route: &Resource| {
        let annotations = route.root.at(&["metadata", "annotations"]).map(Node::fields).unwrap_or_default();
        let spoken_of = || annotations.iter().any(|field| super::balancing::is_one(&field.key));
        let mut sorts = route.items(&["spec", "parentRefs"]).iter().map(|reference| parent(route, reference));
        route.group() == POLICY
            || sorts.any(|sort| match sort {
                Parent::Server | Parent::EgressNetwork => true,
                Parent::Service => spoken_of() || world.view::<InUse>().0,
                Parent::Other => false,
            })
    };
    routes.filter(|route| is_own(route)).collect()
}

/// The routes of these kinds that the policy controller's webhook looks at: where Linkerd is in use all of them, whoever they
/// are for, unless their namespace has it switched off.
pub(in crate::analyze) fn admitted<'a>(world: &'a World, kinds: &[Kind<'_>]) -> Vec<&'a Arc<Resource>> {
    if !world.view::<InUse>().0 {
        return of(world, kinds);
    }
    let is_off = |route: &&Arc<Resource>| {
        let namespace = world.get(NAMESPACE, "", route.namespace_or_default());
        namespace.is_some_and(|it| it.label("config.linkerd.io/admission-webhooks") == Some("disabled"))
    };
    kinds.iter().flat_map(|kind| world.of(*kind)).filter(|route| !is_off(route)).collect()
}

/// The rules of a route.
pub(in crate::analyze) fn rules(route: &Resource) -> &[Node] {
    route.items(&["spec", "rules"])
}

/// The items of a list in a rule.
pub(in crate::analyze) fn list<'a>(rule: &'a Node, key: &str) -> &'a [Node] {
    rule.get(key).map(Node::items).unwrap_or_default()
}
