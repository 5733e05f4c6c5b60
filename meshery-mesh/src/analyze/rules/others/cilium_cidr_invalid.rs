//! MSH705 `cilium-cidr-invalid`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::cilium::kinds::{CIDR_GROUP, EGRESS_GATEWAY};
use crate::analyze::cilium::policies::{entries, list, visible};
use crate::analyze::linkerd::values::cidr::Cidr;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH705",
    name: "cilium-cidr-invalid",
    summary: "A network in an object of Cilium is none, or an exception is not a part of it",
    why: "
Networks are written as `address/length`; only `toCIDR` and `fromCIDR` take an address alone. What `except` takes out must be a
part of the network, of the same family. The agent refuses a policy that breaks this.",
    bad: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  egress:
  - toCIDRSet: [{ cidr: 10.1.0.0/16, except: [10.2.0.0/24] }]",
    good: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  egress:
  - toCIDRSet: [{ cidr: 10.1.0.0/16, except: [10.1.2.0/24] }]",
    references: &["https://docs.cilium.io/en/stable/security/policy/layer3/"],
    meshes: &["cilium"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in entries(world) {
        let (plain, sets) = if entry.section.out { ("toCIDR", "toCIDRSet") } else { ("fromCIDR", "fromCIDRSet") };
        let read = Cidr::network_or_address;
        findings.extend(list(entry.node, plain).iter().filter_map(|it| of_network(rule, entry.policy, it, read)));
        for set in list(entry.node, sets) {
            findings.extend(of_set(rule, entry.policy, set));
        }
    }
    for group in world.of(CIDR_GROUP) {
        let networks = group.items(&["spec", "externalCIDRs"]).iter();
        findings.extend(networks.filter_map(|it| of_network(rule, group, it, Cidr::network_or_address)));
    }
    for policy in world.of(EGRESS_GATEWAY) {
        let lists = [["spec", "destinationCIDRs"], ["spec", "excludedCIDRs"]].into_iter();
        let networks = lists.flat_map(|path| policy.items(&path));
        findings.extend(networks.filter_map(|it| of_network(rule, policy, it, Cidr::network)));
    }
    findings
}

fn of_network(rule: &RuleInfo, object: &Resource, node: &Node, read: fn(&str) -> Option<Cidr>) -> Option<Finding> {
    let text = node.as_str().filter(|text| read(text).is_none())?;
    let finding = rule.finding(object, visible(object, node.span), format!("{text:?} is no network"));
    Some(finding.with_help("write address/length, such as 10.0.0.0/8"))
}

fn of_set(rule: &RuleInfo, policy: &Resource, set: &Node) -> Vec<Finding> {
    let Some((node, text)) = set.get("cidr").and_then(|node| Some((node, node.as_str()?))) else { return Vec::new() };
    let mut findings: Vec<Finding> = of_network(rule, policy, node, Cidr::network).into_iter().collect();
    let outer = Cidr::network(text);
    for exception in list(set, "except") {
        findings.extend(of_network(rule, policy, exception, Cidr::network));
        let inner = exception.as_str().and_then(Cidr::network);
        if let (Some(outer), Some(inner)) = (outer, inner)
            && !outer.contains(&inner)
        {
            let message = format!("{} is not a part of {text}", exception.as_str().unwrap_or_default());
            let finding = rule.finding(policy, exception.span, message).with_help("leave it out, or correct it");
            findings.push(finding.with_related(policy, node.span, "the network"));
        }
    }
    findings
}
