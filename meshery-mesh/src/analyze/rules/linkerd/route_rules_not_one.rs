//! MSH413 `linkerd-route-rules-not-one`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kinds::{TCP_ROUTE, TLS_ROUTE};
use crate::analyze::linkerd::{routes, spec_place};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH413",
    name: "linkerd-route-rules-not-one",
    summary: "A TLSRoute or TCPRoute for Linkerd has more than one rule, or none",
    why: "
The rules of a TLSRoute or a TCPRoute match nothing, so the second one would never be reached. The policy controller's
webhook refuses such a route unless it has exactly one rule, which may have several backends.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: { name: db, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: EgressNetwork, name: outside, port: 5432 }]
  rules:
  - backendRefs: [{ name: db-a, port: 5432 }]
  - backendRefs: [{ name: db-b, port: 5432 }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: { name: db, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: EgressNetwork, name: outside, port: 5432 }]
  rules:
  - backendRefs: [{ name: db-a, port: 5432 }, { name: db-b, port: 5432 }]",
    references: &["https://linkerd.io/2/reference/egress-network/"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let routes = routes::admitted(world, &[TLS_ROUTE, TCP_ROUTE]).into_iter();
    let findings = routes.filter_map(|route| {
        let rules = routes::rules(route);
        let (span, message) = match rules {
            [_] => return None,
            [] => (spec_place(route, "rules"), "the route has no rule".into()),
            [_, second, ..] => (second.span, format!("the route has {} rules, and Linkerd takes one", rules.len())),
        };
        let span = span.or(route.head());
        Some(rule.finding(route, span, message).with_help("put all backends into one rule"))
    });
    findings.collect()
}
