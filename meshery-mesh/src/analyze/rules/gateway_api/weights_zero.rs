//! MSH325 `gateway-weights-zero`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{routes, rules};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH325",
    name: "gateway-weights-zero",
    severity: Severity::Warning,
    summary: "All backends of a rule have the weight 0",
    why: "
A backend of weight 0 gets no requests. Where there is no other, every request of the rule is answered with 500, and every
connection is refused. To take a rule out of use, take it away.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ backendRefs: [{ name: v1, port: 80, weight: 0 }, { name: v2, port: 80, weight: 0 }] }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ backendRefs: [{ name: v1, port: 80, weight: 0 }, { name: v2, port: 80, weight: 1 }] }]",
    references: &["https://gateway-api.sigs.k8s.io/reference/spec/#httpbackendref"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    routes(world).flat_map(|route| check(rule, route)).collect()
}

fn check(rule: &RuleInfo, route: &Resource) -> Vec<Finding> {
    let mut findings = Vec::new();
    for part in rules(route) {
        let backends = part.get("backendRefs").map(Node::items).unwrap_or_default();
        let weights: Vec<&Node> = backends.iter().filter_map(|backend| backend.get("weight")).collect();
        let all = weights.len() == backends.len() && weights.iter().all(|weight| weight.as_int() == Some(0));
        if let Some(first) = weights.first().filter(|_| all) {
            let message = "no backend of the rule gets any requests: all have the weight 0";
            findings.push(rule.finding(route, first.span, message).with_help("give one of them a weight of 1 or more"));
        }
    }
    findings
}
