//! MSH706 `cilium-http-pattern-invalid`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::cilium::policies::{entries, list, visible};
use crate::analyze::linkerd::values::pattern;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH706",
    name: "cilium-http-pattern-invalid",
    summary: "A path or a method in a Cilium network policy is no regular expression",
    why: "
`path` and `method` of a rule for HTTP are regular expressions, without looking around or referring back. The agent refuses a
policy with one that it cannot read. A `*` alone stands for nothing that could be repeated: any path is `.*`, or no `path` at all.",
    bad: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  ingress:
  - toPorts: [{ ports: [{ port: '8080', protocol: TCP }], rules: { http: [{ method: GET, path: '*' }] } }]",
    good: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  ingress:
  - toPorts: [{ ports: [{ port: '8080', protocol: TCP }], rules: { http: [{ method: GET, path: '/.*' }] } }]",
    references: &["https://docs.cilium.io/en/stable/security/policy/layer7/"],
    meshes: &["cilium"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in entries(world) {
        let rules = entry.ports().iter().filter_map(|ports| ports.get("rules"));
        for http in rules.flat_map(|rules| list(rules, "http")) {
            let patterns = ["path", "method"].into_iter().filter_map(|key| http.get(key));
            findings.extend(patterns.filter_map(|node| check(rule, entry.policy, node)));
        }
    }
    findings
}

fn check(rule: &RuleInfo, policy: &Resource, node: &Node) -> Option<Finding> {
    let text = node.as_str()?;
    let problem = pattern::problem(text)?;
    let message = format!("{text:?} is no regular expression: {problem}");
    Some(
        rule.finding(policy, visible(policy, node.span), message)
            .with_help("write a regular expression, such as /a/.*"),
    )
}
