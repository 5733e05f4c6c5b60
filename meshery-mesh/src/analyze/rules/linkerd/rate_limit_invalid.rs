//! MSH414 `linkerd-rate-limit-invalid`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::kinds::RATE_LIMIT;
use crate::analyze::linkerd::place;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH414",
    name: "linkerd-rate-limit-invalid",
    summary: "A rate limit of Linkerd allows nothing, or one client more than all together",
    why: "
`total` bounds all requests to a Server, `identity` those of each client, `overrides` those of some clients. A limit of zero
allows nothing, and a limit for one client above the total can never be reached. The policy controller's webhook refuses
both.",
    bad: "
apiVersion: policy.linkerd.io/v1alpha1
kind: HTTPLocalRateLimitPolicy
metadata: { name: reviews, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: reviews-http }
  total: { requestsPerSecond: 100 }
  identity: { requestsPerSecond: 200 }",
    good: "
apiVersion: policy.linkerd.io/v1alpha1
kind: HTTPLocalRateLimitPolicy
metadata: { name: reviews, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: reviews-http }
  total: { requestsPerSecond: 100 }
  identity: { requestsPerSecond: 20 }",
    references: &["https://linkerd.io/2/reference/rate-limiting/"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(RATE_LIMIT, |policy| check(rule, policy))
}

const RATE: &str = "requestsPerSecond";

fn rate(limit: &Node) -> Option<i64> {
    limit.get(RATE).and_then(Node::as_int)
}

fn check(rule: &RuleInfo, policy: &Resource) -> Vec<Finding> {
    let at = |key: &str| policy.root.at(&["spec", key]);
    let total = at("total");
    let parts = at("identity").into_iter().chain(policy.items(&["spec", "overrides"]));
    let mut findings = Vec::new();
    for limit in total.into_iter().chain(parts.clone()) {
        let Some(number) = rate(limit) else { continue };
        let problem = match number {
            0 => "a limit of no request in a second allows nothing".into(),
            ..0 => format!("{number} is no number of requests"),
            0x1_0000_0000.. => format!("{number} requests in a second are more than Linkerd counts"),
            _ => continue,
        };
        findings.push(
            rule.finding(policy, place(limit, RATE), problem).with_help("allow one request in a second at least"),
        );
    }
    let Some((total, most)) = total.and_then(|total| Some((total, rate(total)?))) else { return findings };
    for limit in parts {
        let Some(number) = rate(limit).filter(|number| *number > most) else { continue };
        let message = format!("one client may send {number} requests in a second, and all together {most}");
        let finding = rule.finding(policy, place(limit, RATE), message).with_help("raise the total, or lower this");
        findings.push(finding.with_related(policy, place(total, RATE), "the total"));
    }
    findings
}
