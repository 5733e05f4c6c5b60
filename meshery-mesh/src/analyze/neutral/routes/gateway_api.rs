//! HTTPRoutes and GRPCRoutes, for Services and at gateways, with what Linkerd says of them in annotations.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::World;

use super::{Retries, Route, RouteRule, Timed, text};
use crate::analyze::istio::whole_number;
use crate::analyze::kinds::{GRPC_ROUTE, HTTP_ROUTE};
use crate::analyze::neutral::calls::full;

pub(super) fn read(world: &World, routes: &mut Vec<Arc<Route>>) {
    for object in [GRPC_ROUTE, HTTP_ROUTE].into_iter().flat_map(|kind| world.of(kind)) {
        let own = object.namespace_or_default();
        let services = object.items(&["spec", "parentRefs"]).iter().filter(|parent| is_service(parent));
        let hosts = services.filter_map(|parent| named(parent, own)).collect::<Vec<_>>();
        let is_inside = !hosts.is_empty();
        let rules: Vec<RouteRule> = object.items(&["spec", "rules"]).iter().map(|node| rule(object, node)).collect();
        let is_exhaustive = is_inside && !rules.is_empty();
        routes.push(Arc::new(Route { object: object.clone(), hosts, is_inside, is_exhaustive, rules }));
    }
}

fn is_service(parent: &Node) -> bool {
    text(parent, &["kind"]) == Some("Service") && matches!(text(parent, &["group"]), Some("" | "core"))
}

fn named(reference: &Node, own: &str) -> Option<String> {
    Some(full(text(reference, &["name"])?, text(reference, &["namespace"]).unwrap_or(own)))
}

fn rule(object: &Arc<Resource>, node: &Node) -> RouteRule {
    let own = object.namespace_or_default();
    let matches = node.get("matches").map(Node::items).unwrap_or_default();
    let backends = node.get("backendRefs").map(Node::items).unwrap_or_default().iter();
    let backends = backends.filter(|it| matches!(text(it, &["kind"]), None | Some("Service")));
    let methods = matches.iter().map(|it| text(it, &["method"]).map(str::to_owned)).collect::<Option<Vec<_>>>();
    let annotation = |name: &str| object.root.at(&["metadata", "annotations", name]);
    let limit =
        |path: &[&str], name: &str| Timed::of(object, node.at(path)).or_else(|| Timed::of(object, annotation(name)));
    let retry = node.get("retry").filter(|it| matches!(it.value, Value::Map(_)));
    let retries = retry.map(|retry| Retries {
        // What is not said is the implementation's choice.
        attempts: retry.get("attempts").and_then(whole_number),
        after_answer: !retry.get("codes").map(Node::items).unwrap_or_default().is_empty(),
        methods: Vec::new(),
        object: object.clone(),
        place: retry.span,
    });
    RouteRule {
        takes_all: matches.is_empty() || matches.iter().any(takes_all),
        methods: methods.unwrap_or_default(),
        backends: backends.filter_map(|it| named(it, own)).collect(),
        timeout: limit(&["timeouts", "request"], "timeout.linkerd.io/request"),
        per_try: limit(&["timeouts", "backendRequest"], "retry.linkerd.io/timeout"),
        retries: retries.or_else(|| annotated(object)),
        ..RouteRule::new(node)
    }
}

/// What Linkerd is told to try again; once, unless it is told how often.
fn annotated(object: &Arc<Resource>) -> Option<Retries> {
    let annotation = |name: &str| object.root.at(&["metadata", "annotations", name]);
    let place = annotation("retry.linkerd.io/http").or_else(|| annotation("retry.linkerd.io/grpc"))?;
    let attempts = annotation("retry.linkerd.io/limit").and_then(whole_number).unwrap_or(1);
    let (methods, object) = (Vec::new(), object.clone());
    Some(Retries { attempts: Some(attempts), after_answer: true, methods, object, place: place.span })
}

fn takes_all(condition: &Node) -> bool {
    condition.fields().iter().all(|field| match &*field.key {
        "path" => {
            let kind = text(&field.value, &["type"]).unwrap_or("PathPrefix");
            kind == "PathPrefix" && text(&field.value, &["value"]).unwrap_or("/") == "/"
        }
        _ => field.value.is_empty(),
    })
}
