//! MSH711 `cilium-egress-gateway-invalid`.

use std::net::IpAddr;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::cilium::kinds::EGRESS_GATEWAY;
use crate::analyze::cilium::policies::{is_there, place, visible};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH711",
    name: "cilium-egress-gateway-invalid",
    summary: "A CiliumEgressGatewayPolicy says by which gateway in two ways, or for which pods in none",
    why: "
The gateway's address is that of its `interface`, or `egressIP`, which is one address; not both. Each selector says which pods are
meant by `podSelector`, `namespaceSelector` or both. The agent leaves out a policy that breaks this and says so in its log alone:
the pods go out by their own nodes.",
    bad: "
apiVersion: cilium.io/v2
kind: CiliumEgressGatewayPolicy
metadata: { name: payments }
spec:
  selectors: [{ podSelector: { matchLabels: { app: payments } } }]
  destinationCIDRs: [0.0.0.0/0]
  egressGateway: { nodeSelector: { matchLabels: { egress: 'true' } }, interface: eth1, egressIP: 192.0.2.10 }",
    good: "
apiVersion: cilium.io/v2
kind: CiliumEgressGatewayPolicy
metadata: { name: payments }
spec:
  selectors: [{ podSelector: { matchLabels: { app: payments } } }]
  destinationCIDRs: [0.0.0.0/0]
  egressGateway: { nodeSelector: { matchLabels: { egress: 'true' } }, egressIP: 192.0.2.10 }",
    references: &["https://docs.cilium.io/en/stable/network/egress-gateway/egress-gateway/"],
    meshes: &["cilium"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(EGRESS_GATEWAY, |policy| check(rule, policy))
}

fn check(rule: &RuleInfo, policy: &Resource) -> Vec<Finding> {
    let mut findings = Vec::new();
    let several = policy.items(&["spec", "egressGateways"]);
    let one = policy.root.at(&["spec", "egressGateway"]).filter(|_| several.is_empty());
    for gateway in several.iter().chain(one) {
        let text = |key: &str| gateway.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
        if text("interface").is_some() && text("egressIP").is_some() {
            let message = "the address is said by its interface and by itself";
            let finding = rule.finding(policy, place(gateway, "egressIP"), message);
            findings.push(finding.with_help("leave out interface or egressIP"));
        }
        if let Some(address) = text("egressIP").filter(|text| text.parse::<IpAddr>().is_err()) {
            let finding = rule.finding(policy, place(gateway, "egressIP"), format!("{address:?} is no address"));
            findings.push(finding.with_help("write one address, without a length"));
        }
    }
    for selector in policy.items(&["spec", "selectors"]) {
        if !is_there(selector, "podSelector") && !is_there(selector, "namespaceSelector") {
            let message = "the selector says neither which pods nor which namespaces";
            let finding = rule.finding(policy, visible(policy, selector.span), message);
            findings.push(finding.with_help("add podSelector or namespaceSelector; {} means all"));
        }
    }
    findings
}
