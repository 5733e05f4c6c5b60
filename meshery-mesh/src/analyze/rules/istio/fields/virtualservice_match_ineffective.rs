//! MSH250 `virtualservice-match-ineffective`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::fields::{Dead, dead_matches};
use crate::analyze::kinds::VIRTUAL_SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH250",
    name: "virtualservice-match-ineffective",
    severity: Severity::Warning,
    summary: "A match of a VirtualService takes no requests, for an earlier one takes them",
    why: "
Matches are tried from the first to the last, across rules. One that asks for the same as an earlier one, or for more, is
never come to. The rule itself may have others that are.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - match: [{ uri: { prefix: /api } }]
    route: [{ destination: { host: reviews } }]
  - match: [{ uri: { exact: /api/v2 } }, { uri: { prefix: /v2 } }]
    route: [{ destination: { host: reviews-v2 } }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - match: [{ uri: { exact: /api/v2 } }, { uri: { prefix: /v2 } }]
    route: [{ destination: { host: reviews-v2 } }]
  - match: [{ uri: { prefix: /api } }]
    route: [{ destination: { host: reviews } }]",
    references: &[
        "https://istio.io/latest/docs/concepts/traffic-management/#routing-rule-precedence",
        "https://istio.io/latest/docs/reference/config/analysis/ist0131/",
    ],
    meshes: &["istio"],
    aliases: &["IST0131"],
    upstream: "schema.ValidationAnalyzer.VirtualService",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    world.each(VIRTUAL_SERVICE, |service| {
        dead_matches(service, compatible).into_iter().filter_map(move |dead| {
            let Dead::Match { found, earlier } = dead else { return None };
            let message = "the match takes no requests, for an earlier one takes them";
            let help = "put it before the one that takes them, or leave it out";
            let finding = rule.finding(service, found.span, message).with_help(help);
            Some(finding.with_related(service, earlier.span, "takes its requests"))
        })
    })
}
