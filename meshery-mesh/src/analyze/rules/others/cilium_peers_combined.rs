//! MSH702 `cilium-peers-combined`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::cilium::policies::{Entry, entries, list, place};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH702",
    name: "cilium-peers-combined",
    summary: "One item of a Cilium network policy names its peers in two ways",
    why: "
An item of `ingress` or `egress` says who the peers are in one way: by endpoints, entities, networks, nodes, Services, groups or
names of DNS. Two ways in one item would have to mean \"both at once\", which no peer is, and are refused by the agent. Several
items mean \"either\".",
    bad: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  egress:
  - toEndpoints: [{ matchLabels: { app: ratings } }]
    toCIDR: [10.0.0.0/8]",
    good: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  egress:
  - toEndpoints: [{ matchLabels: { app: ratings } }]
  - toCIDR: [10.0.0.0/8]",
    references: &["https://docs.cilium.io/en/stable/security/policy/layer3/"],
    meshes: &["cilium"],
    run,
    ..Rule::NEW
};

const FROM: [&str; 6] = ["fromEndpoints", "fromCIDR", "fromCIDRSet", "fromEntities", "fromNodes", "fromGroups"];
const TO: [&str; 8] =
    ["toEndpoints", "toCIDR", "toCIDRSet", "toEntities", "toServices", "toFQDNs", "toGroups", "toNodes"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    entries(world).filter_map(|entry| check(rule, &entry)).collect()
}

fn check(rule: &RuleInfo, entry: &Entry<'_>) -> Option<Finding> {
    let ways: &[&str] = if entry.section.out { &TO } else { &FROM };
    // Names of DNS cannot be denied, which the schema says.
    let ways = ways.iter().filter(|way| !(entry.section.deny && **way == "toFQDNs"));
    let mut used = ways.filter(|way| !list(entry.node, way).is_empty());
    let (first, second) = (used.next()?, used.next()?);
    let message = format!("{first} and {second} are in one item, and no peer can be both");
    let finding = rule.finding(entry.policy, place(entry.node, second), message);
    let finding = finding.with_help(format!("put {second} into an item of its own"));
    Some(finding.with_related(entry.policy, place(entry.node, first), "the other way"))
}
