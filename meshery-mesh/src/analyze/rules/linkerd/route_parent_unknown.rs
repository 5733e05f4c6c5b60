//! MSH419 `linkerd-route-parent-unknown`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::linkerd::kinds::{EGRESS_NETWORK, SERVER};
use crate::analyze::linkerd::routes::{self, ALL, Parent};
use crate::analyze::linkerd::{Reference, place};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH419",
    name: "linkerd-route-parent-unknown",
    summary: "A route is for a Server or an EgressNetwork that does not exist",
    why: "
A route without its parent is for nothing: it is not accepted (`NoMatchingParent`), and neither its rules nor the policies
that target it hold.",
    bad: "
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: reviews-http, namespace: shop }
spec: { podSelector: { matchLabels: { app: reviews } }, port: http }
---
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ group: policy.linkerd.io, kind: Server, name: reviews }] }",
    good: "
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: reviews-http, namespace: shop }
spec: { podSelector: { matchLabels: { app: reviews } }, port: http }
---
apiVersion: policy.linkerd.io/v1beta3
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ group: policy.linkerd.io, kind: Server, name: reviews-http }] }",
    references: &["https://linkerd.io/2/reference/httproute/#parentreference"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let findings = routes::of(world, &ALL).into_iter().flat_map(|route| {
        let parents = route.items(&["spec", "parentRefs"]).iter();
        parents.filter_map(|parent| missing(world, rule, route, parent)).collect::<Vec<_>>()
    });
    findings.collect()
}

fn missing(world: &World, rule: &RuleInfo, route: &Resource, node: &Node) -> Option<Finding> {
    let own = route.namespace_or_default();
    let reference = Reference::of(node);
    let (kind, namespace) = match routes::parent(route, node) {
        Parent::Server => (SERVER, own),
        Parent::EgressNetwork => (EGRESS_NETWORK, reference.namespace.unwrap_or(own)),
        Parent::Service | Parent::Other => return None,
    };
    let name = reference.name;
    if name.is_empty() || world.get(kind, namespace, name).is_some() {
        return None;
    }
    let message = format!("there is no {} {name:?} in {namespace:?}", kind.name);
    let finding = rule.finding(route, place(node, "name"), message);
    let others = world.within(kind, namespace).iter().map(|other| &*other.name);
    let finding =
        meant(finding, route, name, nearest(name, others), format!("make the {}, or name another parent", kind.name));
    let assumed = format!("there is no {} {name:?} outside the input", kind.name);
    of_missing(world, world.covers(kind, namespace), finding, &assumed)
}
