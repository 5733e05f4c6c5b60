//! MeshTimeouts and MeshRetries, which say by destination what others say in routes.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource, Value};
use meshery_core::world::World;

use super::{Retries, Route, RouteRule, Timed, text};
use crate::analyze::istio::whole_number;

const TIMEOUT: Kind<'_> = Kind::new("kuma.io", "MeshTimeout");
const RETRY: Kind<'_> = Kind::new("kuma.io", "MeshRetry");
/// What a method is called where it is told to be tried again.
const METHOD: &str = "HttpMethod";

/// For whose calls, and to what: as it is written.
type Key = (String, String, String);

pub(super) fn read(world: &World, routes: &mut Vec<Arc<Route>>) {
    let mut rules: BTreeMap<Key, (Arc<Resource>, RouteRule)> = BTreeMap::new();
    for object in [TIMEOUT, RETRY].into_iter().flat_map(|kind| world.of(kind)) {
        for to in object.items(&["spec", "to"]) {
            let (_, rule) = rules.entry(key(object, to)).or_insert_with(|| (object.clone(), RouteRule::new(to)));
            let at = |path: &[&str]| to.at(&["default", "http"]).and_then(|http| http.at(path));
            rule.timeout = Timed::of(object, at(&["requestTimeout"])).or(rule.timeout.take());
            rule.per_try = Timed::of(object, at(&["perTryTimeout"])).or(rule.per_try.take());
            if object.kind() == RETRY {
                rule.retries = at(&[]).map(|http| retries(object, http)).or(rule.retries.take());
            }
        }
    }
    for ((_, _, target), (object, rule)) in rules {
        let rule = RouteRule { takes_all: true, ..rule };
        let hosts = vec![target];
        routes.push(Arc::new(Route { object, hosts, is_inside: true, is_exhaustive: false, rules: vec![rule] }));
    }
}

fn key(object: &Resource, to: &Node) -> Key {
    let mesh = object.label("kuma.io/mesh").unwrap_or("default").to_owned();
    (mesh, told(object.root.at(&["spec", "targetRef"])), told(to.get("targetRef")))
}

/// A target as text; of labels every one counts.
fn told(target: Option<&Node>) -> String {
    let Some(target) = target else { return "Mesh".into() };
    let part = |key: &str| text(target, &[key]).unwrap_or_default();
    let labels = ["labels", "tags"].into_iter().filter_map(|key| target.get(key)).flat_map(Node::fields);
    let mut labels: Vec<String> =
        labels.map(|label| format!("{}={}", label.key, label.value.as_str().unwrap_or_default())).collect();
    labels.sort();
    let names =
        [part("kind"), part("namespace"), part("name"), part("sectionName"), &labels.join(",")].map(str::to_owned);
    names.join(" ").trim_end().to_owned()
}

fn retries(object: &Arc<Resource>, http: &Node) -> Retries {
    let conditions: Vec<&str> =
        http.get("retryOn").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str).collect();
    let methods = conditions.iter().filter_map(|condition| condition.strip_prefix(METHOD));
    let place = http.get("numRetries").filter(|it| !matches!(it.value, Value::Null)).unwrap_or(http);
    let before = ["ConnectFailure", "RefusedStream"];
    Retries {
        attempts: http.get("numRetries").and_then(whole_number),
        after_answer: conditions.iter().any(|it| !it.starts_with(METHOD) && !before.contains(it)),
        methods: methods.map(str::to_ascii_uppercase).collect(),
        object: object.clone(),
        place: place.span,
    }
}
