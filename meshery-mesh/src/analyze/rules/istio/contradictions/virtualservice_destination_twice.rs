//! MSH291 `virtualservice-destination-twice`.

use std::collections::BTreeMap;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{host_key, routes};
use crate::analyze::kinds::VIRTUAL_SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH291",
    name: "virtualservice-destination-twice",
    severity: Severity::Warning,
    summary: "A route names the same destination twice",
    why: "
Two parts of the requests of a route go to one and the same place. Nothing is wrong with what happens, but one of the two
was most likely meant to be another subset or another port: a canary that gets no request tells nothing.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route:
    - { destination: { host: reviews, subset: v1 }, weight: 90 }
    - { destination: { host: reviews, subset: v1 }, weight: 10 }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - route:
    - { destination: { host: reviews, subset: v1 }, weight: 90 }
    - { destination: { host: reviews, subset: v2 }, weight: 10 }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1105"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(VIRTUAL_SERVICE, |service| routes(service).flat_map(move |route| check(rule, service, route)))
}

fn check(rule: &RuleInfo, service: &Resource, route: &[Node]) -> Vec<Finding> {
    let mut by_target: BTreeMap<(String, &str, Option<i64>), Vec<&Node>> = BTreeMap::new();
    for destination in route.iter().filter_map(|entry| entry.get("destination")) {
        let text = |key: &str| destination.get(key).and_then(Node::as_str).unwrap_or_default();
        let port = destination.at(&["port", "number"]).and_then(Node::as_int);
        if text("host").is_empty() {
            continue;
        }
        let host = host_key(text("host"), service.namespace_or_default());
        by_target.entry((host, text("subset"), port)).or_default().push(destination);
    }
    let several = by_target.into_values().filter(|same| same.len() > 1);
    let findings = several.flat_map(|same| {
        let found = same.iter().enumerate().map(|(at, destination)| {
            let other = same.get(usize::from(at == 0)).unwrap_or(destination);
            let finding = rule.finding(service, destination.span, "the route names this destination more than once");
            let finding = finding.with_related(service, other.span, "another time");
            finding.with_help("name another subset or port, or give one of them the whole weight")
        });
        found.collect::<Vec<_>>()
    });
    findings.collect()
}
