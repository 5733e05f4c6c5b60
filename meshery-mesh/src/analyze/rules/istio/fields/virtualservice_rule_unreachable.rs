//! MSH249 `virtualservice-rule-unreachable`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::fields::{Dead, dead_matches};
use crate::analyze::kinds::VIRTUAL_SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH249",
    name: "virtualservice-rule-unreachable",
    severity: Severity::Warning,
    summary: "A rule of a VirtualService gets no requests, for earlier rules take them all",
    why: "
Rules are tried from the first to the last, and the first that matches is taken. A rule without matches takes all requests,
a short prefix those of longer ones, and a match those of one that asks for more beside the same. Expressions are held
against paths that are told whole, and against prefixes where it is plain what they take.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - match: [{ uri: { prefix: /api } }]
    route: [{ destination: { host: reviews } }]
  - match: [{ uri: { prefix: /api/v2 } }]
    route: [{ destination: { host: reviews-v2 } }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - match: [{ uri: { prefix: /api/v2 } }]
    route: [{ destination: { host: reviews-v2 } }]
  - match: [{ uri: { prefix: /api } }]
    route: [{ destination: { host: reviews } }]",
    references: &[
        "https://istio.io/latest/docs/concepts/traffic-management/#routing-rule-precedence",
        "https://istio.io/latest/docs/reference/config/analysis/ist0130/",
    ],
    meshes: &["istio"],
    aliases: &["IST0130"],
    upstream: "schema.ValidationAnalyzer.VirtualService",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    world.each(VIRTUAL_SERVICE, |service| {
        dead_matches(service, compatible).into_iter().filter_map(move |dead| {
            let Dead::Rule { rule: dead, earlier, why } = dead else { return None };
            let message = format!("the rule gets no requests, for {why}");
            let help = "put it before the one that takes them, or leave it out";
            let finding = rule.finding(service, dead.span, message).with_help(help);
            Some(finding.with_related(service, earlier.span, "takes its requests"))
        })
    })
}
