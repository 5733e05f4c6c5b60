//! MSH734 `smi-route-unknown`.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::smi::kinds::{EGRESS, HTTP_ROUTES, SPLIT, TARGET, TCP_ROUTE, UDP_ROUTE};
use crate::analyze::smi::place;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH734",
    name: "smi-route-unknown",
    summary: "A route, or a match of it, is named that does not exist",
    why: "
A TrafficTarget, a TrafficSplit or an Egress names routes of its namespace, and a TrafficTarget may name some matches of an
HTTPRouteGroup. What does not exist matches nothing: the target allows nothing by it.

SMI has ended: its specification was archived in 2023.",
    bad: "
apiVersion: specs.smi-spec.io/v1alpha4
kind: HTTPRouteGroup
metadata: { name: reviews, namespace: shop }
spec: { matches: [{ name: read, methods: [GET] }] }
---
apiVersion: access.smi-spec.io/v1alpha3
kind: TrafficTarget
metadata: { name: reviews, namespace: shop }
spec:
  destination: { kind: ServiceAccount, name: reviews, namespace: shop }
  sources: [{ kind: ServiceAccount, name: frontend, namespace: shop }]
  rules: [{ kind: HTTPRouteGroup, name: reviews, matches: [reads] }]",
    good: "
apiVersion: specs.smi-spec.io/v1alpha4
kind: HTTPRouteGroup
metadata: { name: reviews, namespace: shop }
spec: { matches: [{ name: read, methods: [GET] }] }
---
apiVersion: access.smi-spec.io/v1alpha3
kind: TrafficTarget
metadata: { name: reviews, namespace: shop }
spec:
  destination: { kind: ServiceAccount, name: reviews, namespace: shop }
  sources: [{ kind: ServiceAccount, name: frontend, namespace: shop }]
  rules: [{ kind: HTTPRouteGroup, name: reviews, matches: [read] }]",
    references: &["https://github.com/servicemeshinterface/smi-spec/blob/main/apis/traffic-access/v1alpha3/traffic-access.md"],
    meshes: &["osm", "traefik-mesh", "nginx-service-mesh"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let holders = [(TARGET, ["spec", "rules"]), (SPLIT, ["spec", "matches"]), (EGRESS, ["spec", "matches"])];
    let mut findings = Vec::new();
    for (kind, path) in holders {
        for object in world.of(kind) {
            for item in object.items(&path) {
                check(world, rule, object, item, &mut findings);
            }
        }
    }
    findings
}

fn check(world: &World, rule: &RuleInfo, object: &Arc<Resource>, item: &Node, findings: &mut Vec<Finding>) {
    let text = |key: &str| item.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    let mut kinds = [HTTP_ROUTES, TCP_ROUTE, UDP_ROUTE].into_iter();
    let Some(kind) = kinds.find(|kind| text("kind") == Some(kind.name)) else { return };
    let (Some(name), namespace) = (text("name"), object.namespace_or_default()) else { return };
    let Some(route) = world.get(kind, namespace, name) else {
        let message = format!("there is no {} {name:?} in {namespace:?}", kind.name);
        let finding = rule.finding(object, place(item, "name"), message);
        let others = world.within(kind, namespace).iter().map(|other| &*other.name);
        let finding = meant(finding, object, name, nearest(name, others), format!("make the {}", kind.name));
        let assumed = format!("there is no {} {name:?} outside the input", kind.name);
        findings.extend(of_missing(world, world.covers(kind, namespace), finding, &assumed));
        return;
    };
    // Before the last versions the matches stood beside the metadata.
    let matches = route.root.at(&["spec", "matches"]).or_else(|| route.root.get("matches"));
    let matches = matches.filter(|_| kind == HTTP_ROUTES).map(Node::items).unwrap_or_default();
    let names: Vec<&str> = matches.iter().filter_map(|it| it.get("name").and_then(Node::as_str)).collect();
    for node in item.get("matches").map(Node::items).unwrap_or_default() {
        let Some(wanted) = node.as_str().filter(|wanted| !wanted.is_empty() && !names.contains(wanted)) else {
            continue;
        };
        if kind != HTTP_ROUTES {
            continue;
        }
        let finding = rule.finding(object, node.span, format!("{route} has no match {wanted:?}"));
        let finding =
            meant(finding, object, wanted, nearest(wanted, names.iter().copied()), "name a match of the group");
        findings.push(finding.with_related(route, route.head(), "the group"));
    }
}
