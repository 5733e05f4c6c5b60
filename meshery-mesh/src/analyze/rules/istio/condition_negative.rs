//! MSH118 `condition-negative`.

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::{
    AUTHORIZATION_POLICY, GRPC_ROUTE, HTTP_ROUTE, K8S_GATEWAY, SERVICE, SERVICE_ENTRY, TCP_ROUTE, TLS_ROUTE,
    WORKLOAD_ENTRY,
};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH118",
    name: "condition-negative",
    severity: Severity::Warning,
    summary: "The mesh says of an object that it does not work",
    why: "
The control plane writes into an object's status what became of it. A condition such as `Accepted`, `Programmed`,
`ResolvedRefs` or `istio.io/WaypointBound` that is `False` means that the object, or a part of it, has no effect; its
reason and message say why.

Only objects that were read from a cluster have a status. A condition that is older than the object, by its
`observedGeneration`, is left alone: the control plane has not looked yet.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop, generation: 2 }
spec: { parentRefs: [{ kind: Service, group: '', name: reviews }] }
status:
  parents:
  - controllerName: istio.io/mesh-controller
    conditions:
    - { type: Accepted, status: 'False', reason: NoMatchingParent, message: there is no Service, observedGeneration: 2 }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop, generation: 3 }
spec: { parentRefs: [{ kind: Service, group: '', name: reviews }] }
status:
  parents:
  - controllerName: istio.io/mesh-controller
    conditions:
    - { type: Accepted, status: 'True', reason: Accepted, message: '', observedGeneration: 3 }",
    references: &[
        "https://istio.io/latest/docs/reference/config/analysis/ist0171/",
        "https://gateway-api.sigs.k8s.io/guides/implementers/#resource-status",
    ],
    meshes: &["istio"],
    aliases: &["IST0171"],
    upstream: "conditions.ConditionAnalyzer",
    run,
    ..Rule::NEW
};

const BOUND: &[&str] = &["istio.io/WaypointBound"];
const APPLIED: &[&str] = &["ZtunnelAccepted", "WaypointAccepted"];
const ACCEPTED: &[&str] = &["Accepted", "Programmed", "ResolvedRefs"];

/// The conditions of each kind that may be negative.
const KINDS: [(Kind<'static>, &[&str]); 7] = [
    (SERVICE, BOUND),
    (SERVICE_ENTRY, BOUND),
    (WORKLOAD_ENTRY, BOUND),
    (AUTHORIZATION_POLICY, APPLIED),
    (K8S_GATEWAY, ACCEPTED),
    (HTTP_ROUTE, ACCEPTED),
    (GRPC_ROUTE, ACCEPTED),
];
/// Those that istioctl does not look at.
const OTHERS: [(Kind<'static>, &[&str]); 2] = [(TCP_ROUTE, ACCEPTED), (TLS_ROUTE, ACCEPTED)];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    let mut findings = Vec::new();
    for (kind, types) in KINDS.iter().chain(OTHERS.iter().filter(|_| !compatible)) {
        for object in world.of(*kind) {
            let negative = |condition: &&Node| {
                if compatible { is_reported(condition, types, *kind) } else { is_negative(condition, types, object) }
            };
            let conditions = conditions(object, compatible).into_iter().filter(negative);
            findings.extend(conditions.map(|condition| finding(object, condition, rule)));
        }
    }
    findings
}

/// The conditions of an object, of each parent of a route, of each listener of a Gateway.
fn conditions(object: &Resource, compatible: bool) -> Vec<&Node> {
    let is_route = object.kind.ends_with("Route");
    let within = |list| object.items(&["status", list]).iter().filter_map(|part| part.get("conditions"));
    let mut lists: Vec<&Node> = Vec::new();
    if is_route {
        lists.extend(within("parents"));
    } else {
        lists.extend(object.root.at(&["status", "conditions"]));
    }
    if !compatible && object.kind() == K8S_GATEWAY {
        lists.extend(within("listeners"));
    }
    lists.into_iter().flat_map(Node::items).collect()
}

fn text<'a>(condition: &'a Node, key: &str) -> &'a str {
    condition.get(key).and_then(Node::as_str).unwrap_or_default()
}

fn is_negative(condition: &Node, types: &[&str], object: &Resource) -> bool {
    let observed = condition.get("observedGeneration").and_then(Node::as_int);
    let generation = object.root.at(&["metadata", "generation"]).and_then(Node::as_int);
    let is_stale = observed.zip(generation).is_some_and(|(observed, generation)| observed < generation);
    let is_false = types.contains(&text(condition, "type")) && text(condition, "status") == "False";
    !is_stale && (is_false || is_partial(condition, object.kind()))
}

/// Of a condition that istioctl does not know it expects the empty status.
fn is_reported(condition: &Node, types: &[&str], kind: Kind<'_>) -> bool {
    let expected = if types.contains(&text(condition, "type")) { "False" } else { "" };
    text(condition, "status") == expected || is_partial(condition, kind)
}

/// A policy of which a waypoint takes only a part, and says `True` all the same.
fn is_partial(condition: &Node, kind: Kind<'_>) -> bool {
    let is_waypoint = text(condition, "type") == "WaypointAccepted";
    kind == AUTHORIZATION_POLICY && is_waypoint && text(condition, "reason") == "PartiallyInvalid"
}

fn finding(object: &Resource, condition: &Node, rule: &RuleInfo) -> Finding {
    let place = condition.get("status").unwrap_or(condition).span;
    let (name, reason) = (text(condition, "type"), text(condition, "reason"));
    let said = text(condition, "message").trim().trim_end_matches('.');
    let status = text(condition, "status");
    let message = format!("{name} is {status:?}, for {reason}: {said}");
    let message = message.trim_end_matches([' ', ':']);
    rule.finding(object, place, message).with_help("mend what the condition's message names")
}
