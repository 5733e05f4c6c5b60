//! MSH303 `gateway-parent-kind-unsupported`.

use meshery_core::{Finding, RuleInfo, Severity, Span, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{GROUP, LISTENER_SET, Reference, defining, parents, routes};
use crate::analyze::kinds::{K8S_GATEWAY, SERVICE};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH303",
    name: "gateway-parent-kind-unsupported",
    summary: "A route or ListenerSet names a parent of a kind that can be none",
    why: "
A route may have a Gateway, a ListenerSet or, in a mesh, a Service as its parent, and a ListenerSet only a Gateway. Where
`group` and `kind` are left out, a Gateway is meant; a Service needs `group: \"\"` and `kind: Service`, both. Linkerd alone knows the core group as `core`, too, which is a warning.

Kinds of other groups are what some controller says they are, and nothing is said of them.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ kind: Service, name: reviews, port: 80 }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ group: '', kind: Service, name: reviews, port: 80 }] }",
    references: &[
        "https://gateway-api.sigs.k8s.io/reference/spec/#parentreference",
        "https://gateway-api.sigs.k8s.io/mesh/gamma-examples/",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for route in routes(world) {
        let wrong = parents(route).filter(|parent| !is_parent(parent));
        findings.extend(wrong.map(|parent| {
            let help = match (parent.kind.group, parent.kind.name) {
                (_, "Service") => "a Service is meant by \"group: ''\" together with \"kind: Service\"",
                (_, "Gateway" | "ListenerSet") => "leave \"group\" out: it is gateway.networking.k8s.io",
                _ => "name a Gateway, a ListenerSet or a Service",
            };
            let message = format!("a route cannot be attached to {}", named(&parent));
            let finding = rule.finding(route, place(&parent), message).with_help(help);
            // Linkerd takes it for the core group.
            let by_linkerd = parent.kind.group == "core" && parent.kind.name == "Service";
            if by_linkerd { finding.as_bad_as(Severity::Warning) } else { finding }
        }));
    }
    let of_sets = defining(world).filter(|(_, parent)| is_ours(parent) && parent.kind != K8S_GATEWAY);
    findings.extend(of_sets.map(|(set, parent)| {
        let message = format!("a ListenerSet cannot be a part of {}", named(&parent));
        rule.finding(set, place(&parent), message).with_help("name a Gateway")
    }));
    findings
}

/// Whether a parent is of a group whose kinds are known here.
fn is_ours(parent: &Reference<'_>) -> bool {
    matches!(parent.kind.group, "" | "v1" | "core" | "apps" | GROUP)
}

fn is_parent(parent: &Reference<'_>) -> bool {
    !is_ours(parent) || matches!(parent.kind, K8S_GATEWAY | LISTENER_SET | SERVICE)
}

fn named(parent: &Reference<'_>) -> String {
    match parent.kind.group {
        "" => format!("a {} of the core group", parent.kind.name),
        group => format!("a {} of the group {group:?}", parent.kind.name),
    }
}

fn place(parent: &Reference<'_>) -> Span {
    parent.place(if parent.node.get("kind").is_some() { "kind" } else { "group" })
}
