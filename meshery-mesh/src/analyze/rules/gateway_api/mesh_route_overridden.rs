//! MSH334 `gateway-mesh-route-overridden`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::Resource;
use meshery_core::{Finding, RuleInfo, Severity, Span, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{parents, routes};
use crate::analyze::kinds::SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH334",
    name: "gateway-mesh-route-overridden",
    severity: Severity::Info,
    summary: "A route of clients takes the place of the routes that the Service's owner made",
    why: "
A route in the namespace of its Service is the owner's, and for all clients. One in another namespace is for the clients of
that namespace alone, and in their calls it takes the place of all the owner's routes: they are not merged. What the owner
says there, such as timeouts or a split between versions, these clients do not get.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ group: '', kind: Service, name: reviews }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: own-reviews, namespace: clients }
spec: { parentRefs: [{ group: '', kind: Service, name: reviews, namespace: shop }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: own-reviews, namespace: clients }
spec: { parentRefs: [{ group: '', kind: Service, name: reviews, namespace: shop }] }",
    references: &[
        "https://gateway-api.sigs.k8s.io/geps/gep-1294/#multiple-routes-for-a-service",
        "https://gateway-api.sigs.k8s.io/mesh/gamma-examples/",
    ],
    run,
    ..Rule::NEW
};

/// Kind of the route, namespace and name of the Service.
type Target<'a> = (&'a str, &'a str, &'a str);

/// A route of the Service's owner: for which port, and where it says so.
type Owned<'a> = (Option<i64>, &'a Arc<Resource>, Span);

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut theirs: BTreeMap<Target<'_>, Vec<Owned<'_>>> = BTreeMap::new();
    let mut of_clients = Vec::new();
    for route in routes(world) {
        for parent in parents(route).filter(|parent| parent.kind == SERVICE) {
            let target = (&*route.kind, parent.namespace, parent.name);
            if parent.namespace == route.namespace_or_default() {
                theirs.entry(target).or_default().push((parent.port(), route, parent.node.span));
            } else {
                of_clients.push((target, route, parent));
            }
        }
    }
    let mut findings = Vec::new();
    for (target, route, parent) in of_clients {
        let port = parent.port();
        let routes = theirs.get(&target).map(Vec::as_slice).unwrap_or_default();
        let same = routes.iter().find(|(its, ..)| port.is_none() || its.is_none() || *its == port);
        let Some((_, owner, place)) = same else { continue };
        let own = route.namespace_or_default();
        let message = format!("for clients of namespace {own:?} it takes the place of {owner}");
        let help = "say here, too, what they should get of the owner's route";
        let finding = rule.finding(route, parent.node.span, message).with_help(help);
        findings.push(finding.with_related(owner, *place, "the owner's route"));
    }
    findings
}
