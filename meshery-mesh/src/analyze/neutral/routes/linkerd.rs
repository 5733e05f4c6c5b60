//! ServiceProfiles.

use std::sync::Arc;

use meshery_core::resource::{Kind, Node};
use meshery_core::world::World;

use super::{Retries, Route, RouteRule, Timed, text};

const PROFILE: Kind<'_> = Kind::new("linkerd.io", "ServiceProfile");

pub(super) fn read(world: &World, routes: &mut Vec<Arc<Route>>) {
    for object in world.of(PROFILE) {
        let rules = object.items(&["spec", "routes"]).iter().map(|node| {
            let retryable = node.get("isRetryable").filter(|it| it.as_bool() == Some(true));
            RouteRule {
                methods: text(node, &["condition", "method"]).map(str::to_ascii_uppercase).into_iter().collect(),
                backends: vec![object.name.to_string()],
                timeout: Timed::of(object, node.get("timeout")),
                retries: retryable.map(|place: &Node| Retries {
                    // As many as its budget allows.
                    attempts: None,
                    after_answer: true,
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
