//! What policies ask of requests: paths, methods and hosts.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use super::kinds::CONSUL_INTENTIONS;
use super::place::{items, text};
use super::{Mesh, Place};
use crate::analyze::kinds::AUTHORIZATION_POLICY;

/// What happens to requests that are as asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Effect {
    Allow,
    Deny,
}

/// The part of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Part {
    Host,
    Method,
    Path,
}

/// One list of values that a policy asks for.
pub(in crate::analyze) struct Condition {
    pub(in crate::analyze) mesh: Mesh,
    pub(in crate::analyze) effect: Effect,
    pub(in crate::analyze) part: Part,
    /// Whether it means all values but these.
    pub(in crate::analyze) negated: bool,
    pub(in crate::analyze) place: Place,
    /// The values.
    pub(in crate::analyze) values: Vec<Node>,
}

impl Condition {
    /// Whether a value that nobody thought of is let through.
    pub(in crate::analyze) fn fails_open(&self) -> bool {
        (self.effect == Effect::Deny) != self.negated
    }
}

/// All conditions of policies.
pub(in crate::analyze) struct Conditions(Vec<Condition>);

/// Sorted by mesh.
const DIALECTS: [fn(&World) -> Vec<Condition>; 2] = [consul, istio];

impl View for Conditions {
    fn of(world: &World) -> Self {
        Self(DIALECTS.iter().flat_map(|dialect| dialect(world)).collect())
    }
}

impl Conditions {
    /// All of them, those of one object together.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Condition> {
        self.0.iter()
    }
}

/// The fields of Istio's operations.
const FIELDS: [(&str, Part, bool); 6] = [
    ("hosts", Part::Host, false),
    ("methods", Part::Method, false),
    ("notHosts", Part::Host, true),
    ("notMethods", Part::Method, true),
    ("notPaths", Part::Path, true),
    ("paths", Part::Path, false),
];

fn istio(world: &World) -> Vec<Condition> {
    let mut found = Vec::new();
    for policy in world.of(AUTHORIZATION_POLICY) {
        let effect = match policy.text(&["spec", "action"]) {
            None | Some("ALLOW") => Effect::Allow,
            Some("DENY") => Effect::Deny,
            _ => continue,
        };
        let targets = policy.items(&["spec", "rules"]).iter().flat_map(|rule| items(rule, &["to"]));
        for operation in targets.filter_map(|to| to.get("operation")) {
            for (key, part, negated) in FIELDS {
                let Some(node) = operation.get(key).filter(|node| !node.items().is_empty()) else { continue };
                let (place, values) = (Place::of(policy, node), node.items().to_vec());
                found.push(Condition { mesh: Mesh::Istio, effect, part, negated, place, values });
            }
        }
    }
    found
}

/// The first permission that fits is the one that counts, so that one that denies some paths matters in this way only
/// where a later one allows all the rest.
fn consul(world: &World) -> Vec<Condition> {
    let mut found = Vec::new();
    for intentions in world.of(CONSUL_INTENTIONS) {
        for source in intentions.items(&["spec", "sources"]) {
            let permissions = items(source, &["permissions"]);
            let last_open = permissions.iter().rposition(allows_rest);
            for (at, permission) in permissions.iter().enumerate() {
                let effect = match text(permission, &["action"]) {
                    Some("allow") => Effect::Allow,
                    Some("deny") if last_open.is_some_and(|open| open > at) => Effect::Deny,
                    _ => continue,
                };
                found.extend(of_permission(intentions, permission, effect));
            }
        }
    }
    found
}

fn of_permission(intentions: &Arc<Resource>, permission: &Node, effect: Effect) -> Vec<Condition> {
    let Some(http) = permission.get("http") else { return Vec::new() };
    let condition = |part, node: &Node, values| {
        let place = Place::of(intentions, node);
        Condition { mesh: Mesh::Consul, effect, part, negated: false, place, values }
    };
    let paths = ["pathExact", "pathPrefix", "pathRegex"].iter().filter_map(|key| http.get(key));
    let paths = paths.filter(|node| !node.is_empty()).map(|node| condition(Part::Path, node, vec![node.clone()]));
    let methods = http.get("methods").filter(|node| !node.items().is_empty());
    paths.chain(methods.map(|node| condition(Part::Method, node, node.items().to_vec()))).collect()
}

fn allows_rest(permission: &Node) -> bool {
    let narrows = ["header", "methods", "pathExact", "pathRegex"];
    let is_narrow = |http: &Node| narrows.iter().any(|key| http.get(key).is_some_and(|part| !part.is_empty()));
    text(permission, &["action"]) == Some("allow")
        && permission.get("jwt").is_none_or(Node::is_empty)
        && permission.get("http").is_some_and(|http| text(http, &["pathPrefix"]) == Some("/") && !is_narrow(http))
}
