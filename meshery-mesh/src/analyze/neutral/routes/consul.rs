//! ServiceRouters.

use std::sync::Arc;

use meshery_core::resource::{Kind, Node};
use meshery_core::world::World;

use super::{Retries, Route, RouteRule, Timed, text};
use crate::analyze::istio::whole_number;

const ROUTER: Kind<'_> = Kind::new("consul.hashicorp.com", "ServiceRouter");
/// Conditions under which the server has not begun to work on a request.
const BEFORE_ANSWER: [&str; 2] = ["connect-failure", "refused-stream"];

pub(super) fn read(world: &World, routes: &mut Vec<Arc<Route>>) {
    for object in world.of(ROUTER) {
        let rules = object.items(&["spec", "routes"]).iter().map(|node| {
            let empty = Node { value: meshery_core::resource::Value::Null, span: node.span };
            let destination = node.get("destination").unwrap_or(&empty);
            let list = |key: &str| destination.get(key).map(Node::items).unwrap_or_default();
            let methods = node.at(&["match", "http", "methods"]).map(Node::items).unwrap_or_default();
            let conditions = list("retryOn").iter().filter_map(Node::as_str);
            let after_answer = !list("retryOnStatusCodes").is_empty()
                || conditions.into_iter().any(|condition| !BEFORE_ANSWER.contains(&condition));
            let attempts = destination.get("numRetries");
            let place =
                attempts.or_else(|| destination.get("retryOn")).or_else(|| destination.get("retryOnStatusCodes"));
            RouteRule {
                takes_all: node.at(&["match", "http"]).is_none_or(Node::is_empty),
                methods: methods.iter().filter_map(Node::as_str).map(str::to_ascii_uppercase).collect(),
                backends: vec![text(destination, &["service"]).unwrap_or(&object.name).to_owned()],
                timeout: Timed::of(object, destination.get("requestTimeout")),
                retries: place.map(|place| Retries {
                    // Without a number Envoy tries once more.
                    attempts: attempts.map_or(Some(1), whole_number),
                    after_answer,
                    methods: Vec::new(),
                    object: object.clone(),
                    place: place.span,
                }),
                ..RouteRule::new(node)
            }
        });
        let (hosts, rules) = (vec![object.name.to_string()], rules.collect());
        routes.push(Arc::new(Route { object: object.clone(), hosts, is_inside: true, is_exhaustive: false, rules }));
    }
}
