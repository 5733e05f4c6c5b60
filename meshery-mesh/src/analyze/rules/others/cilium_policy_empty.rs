//! MSH701 `cilium-policy-ineffective`.

use meshery_core::resource::{Resource, Value};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::cilium::kinds::POLICY;
use crate::analyze::cilium::policies::{SECTIONS, is_there, list, place, policies, rules, visible};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH701",
    name: "cilium-policy-ineffective",
    summary: "A network policy of Cilium says nothing, or is for nodes within a namespace",
    why: "
A CiliumNetworkPolicy needs `spec` or `specs`, and each rule of it at least one item in `ingress`, `ingressDeny`, `egress` or
`egressDeny`. Nodes are in no namespace, so that only a CiliumClusterwideNetworkPolicy may have a `nodeSelector`. The agent does
not take a policy that breaks this; only its log and the policy's status say so, and until then everything is allowed.

To deny everything, use an empty item: `ingress: [{}]` allows nobody.",
    bad: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: deny, namespace: shop }
spec: { endpointSelector: {}, ingress: [] }",
    good: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: deny, namespace: shop }
spec: { endpointSelector: {}, ingress: [{}] }",
    references: &["https://docs.cilium.io/en/stable/security/policy/intro/"],
    meshes: &["cilium"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    policies(world).flat_map(|policy| check(rule, policy)).collect()
}

fn check(rule: &RuleInfo, policy: &Resource) -> Vec<Finding> {
    if !is_there(&policy.root, "spec") && !is_there(&policy.root, "specs") {
        let message = "the policy has no rule";
        return vec![rule.finding(policy, policy.head(), message).with_help("add spec or specs")];
    }
    let mut findings = Vec::new();
    for node in rules(policy).filter(|node| matches!(node.value, Value::Map(_))) {
        if SECTIONS.iter().all(|section| list(node, section.key).is_empty()) {
            let named = SECTIONS.iter().find(|section| node.get(section.key).is_some());
            let span = visible(policy, named.map_or(node.span, |section| place(node, section.key)));
            let help = "add an item to ingress, egress, ingressDeny or egressDeny; {} is one that allows nobody";
            findings.push(rule.finding(policy, span, "the rule allows and denies nothing").with_help(help));
        }
        if policy.kind() == POLICY && is_there(node, "nodeSelector") {
            let message = "nodes are in no namespace, and the policy is";
            let finding = rule.finding(policy, place(node, "nodeSelector"), message);
            findings.push(
                finding.with_help("make it a CiliumClusterwideNetworkPolicy, or select pods by endpointSelector"),
            );
        }
    }
    findings
}
