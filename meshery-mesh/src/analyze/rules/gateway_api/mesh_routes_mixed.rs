//! MSH329 `gateway-mesh-routes-mixed`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::Resource;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{Reference, parents, routes};
use crate::analyze::kinds::SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH329",
    name: "gateway-mesh-routes-mixed",
    severity: Severity::Warning,
    summary: "Routes of several kinds are for one port of a Service",
    why: "
A port of a Service speaks one protocol, so that a mesh applies routes of one kind to it: GRPCRoutes before HTTPRoutes, these
before TLSRoutes, and TCPRoutes last. Those of the other kinds are refused as `Conflicted`, or not used.

A route counts for clients of its own namespace if that is not the Service's, so that only routes of one namespace are
compared. A parent without a port is for all ports.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ group: '', kind: Service, name: reviews, port: 80 }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: { name: reviews-grpc, namespace: shop }
spec: { parentRefs: [{ group: '', kind: Service, name: reviews, port: 80 }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ group: '', kind: Service, name: reviews, port: 80 }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: { name: reviews-grpc, namespace: shop }
spec: { parentRefs: [{ group: '', kind: Service, name: reviews, port: 9090 }] }",
    references: &["https://gateway-api.sigs.k8s.io/geps/gep-1294/#route-types"],
    run,
    ..Rule::NEW
};

/// The kinds, the one that counts first.
const ORDER: [&str; 4] = ["GRPCRoute", "HTTPRoute", "TLSRoute", "TCPRoute"];

/// Namespace and name of a Service, the namespace of the route, and the port.
type Target<'a> = (&'a str, &'a str, &'a str, Option<i64>);

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut best: BTreeMap<Target<'_>, (usize, &Arc<Resource>, Reference<'_>)> = BTreeMap::new();
    let mut all = Vec::new();
    for route in routes(world) {
        let Some(rank) = ORDER.iter().position(|kind| *kind == &*route.kind) else { continue };
        for parent in parents(route).filter(|parent| parent.kind == SERVICE) {
            // By the name of a port one would have to look up its number; such routes are left alone.
            if parent.section().is_some() {
                continue;
            }
            let target = (parent.namespace, parent.name, route.namespace_or_default(), parent.port());
            let known = best.entry(target).or_insert((rank, route, parent));
            if rank < known.0 {
                *known = (rank, route, parent);
            }
            all.push((target, rank, route, parent));
        }
    }
    let mut findings = Vec::new();
    for (target, rank, route, parent) in all {
        let (namespace, name, clients, port) = target;
        let of_all_ports = port.and_then(|_| best.get(&(namespace, name, clients, None)));
        let candidates = best.get(&target).into_iter().chain(of_all_ports);
        let Some((_, winner, theirs)) = candidates.filter(|(other, ..)| *other < rank).min_by_key(|it| it.0) else {
            continue;
        };
        let message = format!("{winner} is for this port, too, and a {} counts before a {}", winner.kind, route.kind);
        let help = "use one kind of route for a port, or name the port that each is for";
        let finding = rule.finding(route, parent.node.span, message).with_help(help);
        findings.push(finding.with_related(winner, theirs.node.span, "the route that counts"));
    }
    findings
}
