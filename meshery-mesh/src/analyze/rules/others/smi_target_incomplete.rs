//! MSH733 `smi-target-incomplete`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::smi::kinds::TARGET;
use crate::analyze::smi::place;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH733",
    name: "smi-target-incomplete",
    summary: "A TrafficTarget lacks who may send, to whom, or what",
    why: "
Access control of SMI allows nothing that no TrafficTarget allows. A TrafficTarget allows something only with a destination, at least
one source, and at least one rule: without one of them it allows nobody anything.

SMI has ended: its specification was archived in 2023.",
    bad: "
apiVersion: access.smi-spec.io/v1alpha3
kind: TrafficTarget
metadata: { name: reviews, namespace: shop }
spec:
  destination: { kind: ServiceAccount, name: reviews, namespace: shop }
  sources: [{ kind: ServiceAccount, name: frontend, namespace: shop }]",
    good: "
apiVersion: access.smi-spec.io/v1alpha3
kind: TrafficTarget
metadata: { name: reviews, namespace: shop }
spec:
  destination: { kind: ServiceAccount, name: reviews, namespace: shop }
  sources: [{ kind: ServiceAccount, name: frontend, namespace: shop }]
  rules: [{ kind: HTTPRouteGroup, name: reviews, matches: [all] }]",
    references: &["https://github.com/servicemeshinterface/smi-spec/blob/main/apis/traffic-access/v1alpha3/traffic-access.md"],
    meshes: &["osm", "traefik-mesh", "nginx-service-mesh"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(TARGET, |target| check(rule, target))
}

fn check(rule: &RuleInfo, target: &Resource) -> Vec<Finding> {
    // Before this version the parts stood beside the metadata.
    let spec = if target.version() == "v1alpha1" { Some(&target.root) } else { target.root.get("spec") };
    let Some(spec) = spec.filter(|spec| !spec.fields().is_empty()) else {
        return vec![rule.finding(target, target.head(), "the target says nothing").with_help("add spec")];
    };
    let rules = if target.version() == "v1alpha1" { "specs" } else { "rules" };
    let is_empty = |key: &str| spec.get(key).is_none_or(Node::is_empty);
    let place = |key: &str| if spec.get("apiVersion").is_some() { target.head() } else { place(spec, key) };
    let mut findings = Vec::new();
    let parts = [
        ("destination", "the target does not say who is sent to", "add destination"),
        ("sources", "the target does not say who may send", "add a source"),
        (rules, "the target does not say what may be sent", "add a rule: an HTTPRouteGroup, a TCPRoute or a UDPRoute"),
    ];
    for (key, message, help) in parts {
        if is_empty(key) {
            findings.push(rule.finding(target, place(key), message).with_help(help));
        }
    }
    for item in spec.get(rules).map(Node::items).unwrap_or_default() {
        let kind = item.get("kind").and_then(Node::as_str).unwrap_or_default();
        if !["HTTPRouteGroup", "TCPRoute", "UDPRoute"].contains(&kind) {
            let message = format!("a rule is an HTTPRouteGroup, a TCPRoute or a UDPRoute, and not {kind:?}");
            let span = crate::analyze::smi::place(item, "kind");
            let span = span.or(target.head());
            findings.push(rule.finding(target, span, message).with_help("correct kind"));
        }
    }
    findings
}
