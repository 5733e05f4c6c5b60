//! VirtualServices.

use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource, Value};
use meshery_core::world::{Facet, Facets, Settings, World};

use super::{Retries, Route, RouteRule, Timed, text};
use crate::analyze::istio::{MESH, whole_number};
use crate::analyze::kinds::VIRTUAL_SERVICE;
use crate::analyze::neutral::calls::full;

/// Conditions under which the server has not begun to work on a request.
const BEFORE_ANSWER: [&str; 4] = ["connect-failure", "refused-stream", "reset-before-request", "envoy-ratelimited"];

pub(super) fn read(world: &World, routes: &mut Vec<Arc<Route>>) {
    routes.extend(world.view::<Facets<Written>>().iter().map(|(_, written)| Arc::clone(&written.0)));
}

/// The route that a VirtualService is.
struct Written(Arc<Route>);

impl Facet for Written {
    const KINDS: &'static [Kind<'static>] = &[VIRTUAL_SERVICE];

    fn of(object: &Arc<Resource>, _: &Settings) -> Option<Self> {
        let own = object.namespace_or_default();
        let list = |key: &str| object.items(&["spec", key]);
        let hosts: Vec<String> = list("hosts").iter().filter_map(Node::as_str).map(|host| full(host, own)).collect();
        let gateways = list("gateways");
        let is_inside = gateways.is_empty() || gateways.iter().any(|gateway| gateway.as_str() == Some(MESH));
        let rules = list("http").iter().map(|node| {
            let matches = node.get("match").map(Node::items).unwrap_or_default();
            let backends = node.get("route").map(Node::items).unwrap_or_default().iter();
            let backends = backends.filter_map(|route| text(route, &["destination", "host"]));
            RouteRule {
                takes_all: matches.is_empty() || matches.iter().any(takes_all),
                methods: methods(matches),
                backends: backends.map(|host| full(host, own)).collect(),
                timeout: Timed::of(object, node.get("timeout")),
                per_try: Timed::of(object, node.at(&["retries", "perTryTimeout"])),
                retries: node.get("retries").filter(|it| matches!(it.value, Value::Map(_))).map(|retries| Retries {
                    attempts: retries.get("attempts").and_then(whole_number),
                    after_answer: after_answer(text(retries, &["retryOn"]).unwrap_or_default()),
                    methods: Vec::new(),
                    object: object.clone(),
                    place: retries.span,
                }),
                ..RouteRule::new(node)
            }
        });
        let rules: Vec<RouteRule> = rules.collect();
        let is_exhaustive = !rules.is_empty() && !hosts.is_empty();
        Some(Self(Arc::new(Route { object: object.clone(), hosts, is_inside, is_exhaustive, rules })))
    }
}

/// Without conditions Istio tries again only what no server has begun to work on, but for an unavailable gRPC server.
fn after_answer(conditions: &str) -> bool {
    let mut conditions = conditions.split(',').map(str::trim).filter(|condition| !condition.is_empty());
    conditions.any(|condition| !BEFORE_ANSWER.contains(&condition))
}

/// A match without conditions, or by the prefix that every path has.
fn takes_all(condition: &Node) -> bool {
    condition.fields().iter().all(|field| match &*field.key {
        "name" | "ignoreUriCase" => true,
        "uri" => text(&field.value, &["prefix"]) == Some("/"),
        _ => field.value.is_empty(),
    })
}

/// The methods, where every match asks for one.
fn methods(matches: &[Node]) -> Vec<String> {
    let exact = |it: &Node| text(it, &["method", "exact"]).map(str::to_ascii_uppercase);
    matches.iter().map(exact).collect::<Option<Vec<_>>>().unwrap_or_default()
}
