//! MSH704 `cilium-port-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::cilium::policies::{Entry, entries, list, place, visible};
use crate::analyze::values::dns::is_port_name;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH704",
    name: "cilium-port-invalid",
    summary: "A port in a Cilium network policy is neither a number nor a name",
    why: "
A port is a number up to 65535, or a name as IANA gives: up to 15 letters, digits and single hyphens, with at least one letter.
Protocols without ports (VRRP, IGMP, GRE, IPIP, IPV6, ESP, AH) have none. Beside ICMP there can be no ports in one item. The agent
refuses a policy that breaks this.",
    bad: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  ingress:
  - toPorts: [{ ports: [{ port: '80800', protocol: TCP }] }]",
    good: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  ingress:
  - toPorts: [{ ports: [{ port: '8080', protocol: TCP }] }]",
    references: &["https://docs.cilium.io/en/stable/security/policy/layer4/"],
    meshes: &["cilium"],
    run,
    ..Rule::NEW
};

const WITHOUT_PORTS: [&str; 7] = ["VRRP", "IGMP", "GRE", "IPIP", "IPV6", "ESP", "AH"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in entries(world) {
        if !list(entry.node, "icmps").is_empty() && !entry.ports().is_empty() {
            let message = "ICMP has no ports, and both are in one item";
            let span = visible(entry.policy, place(entry.node, "icmps"));
            findings.push(rule.finding(entry.policy, span, message).with_help("put icmps into an item of its own"));
        }
        let ports = entry.ports().iter().flat_map(|ports| list(ports, "ports"));
        findings.extend(ports.filter_map(|port| check(rule, &entry, port)));
    }
    findings
}

fn check(rule: &RuleInfo, entry: &Entry<'_>, port: &Node) -> Option<Finding> {
    let text = |key: &str| port.get(key).and_then(Node::as_str).unwrap_or_default();
    let (number, protocol) = (text("port"), text("protocol").to_uppercase());
    let bare = WITHOUT_PORTS.contains(&protocol.as_str());
    let (message, help) = match number {
        "" if bare => return None,
        "" if port.get("port").is_some_and(|port| port.as_str().is_none()) => return None,
        "" => ("no port is named".into(), "add port; \"0\" means all of them"),
        "0" => return None,
        _ if bare => (format!("the protocol {protocol} has no ports"), "leave out port"),
        _ if is_port_name(&number.to_ascii_lowercase()) || is_number(number) => return None,
        _ => (format!("{number:?} is no port"), "say a number up to 65535, or the name of a container's port"),
    };
    Some(rule.finding(entry.policy, visible(entry.policy, place(port, "port")), message).with_help(help))
}

/// As Go reads a number of 16 bits in any base.
fn is_number(text: &str) -> bool {
    let text = text.replace('_', "");
    let lower = text.to_ascii_lowercase();
    let based =
        |prefix: &str, radix: u32| lower.strip_prefix(prefix).map(|rest| u16::from_str_radix(rest, radix).is_ok());
    let octal =
        || lower.strip_prefix('0').filter(|rest| !rest.is_empty()).map(|rest| u16::from_str_radix(rest, 8).is_ok());
    let plain = || !lower.starts_with(['+', '-']) && lower.parse::<u16>().is_ok();
    based("0x", 16).or_else(|| based("0b", 2)).or_else(|| based("0o", 8)).or_else(octal).unwrap_or_else(plain)
}
