//! MSH310 `gateway-address-shared`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::K8S_GATEWAY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH310",
    name: "gateway-address-shared",
    severity: Severity::Warning,
    summary: "Two Gateways ask for the same address",
    why: "
Most load balancers have an address only once: the later Gateway gets none, `AddressNotUsable`, and is not programmed. Some
controllers put Gateways of one address together; then their listeners must not conflict.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  addresses: [{ type: IPAddress, value: 192.0.2.7 }]
  listeners: [{ name: http, port: 80, protocol: HTTP }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: again, namespace: shop }
spec:
  gatewayClassName: istio
  addresses: [{ type: IPAddress, value: 192.0.2.7 }]
  listeners: [{ name: http, port: 80, protocol: HTTP }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  addresses: [{ type: IPAddress, value: 192.0.2.7 }]
  listeners: [{ name: http, port: 80, protocol: HTTP }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: again, namespace: shop }
spec:
  gatewayClassName: istio
  addresses: [{ type: IPAddress, value: 192.0.2.8 }]
  listeners: [{ name: http, port: 80, protocol: HTTP }]",
    references: &[
        "https://gateway-api.sigs.k8s.io/reference/spec/#gatewayspecaddress",
        "https://kiali.io/docs/features/validations/",
    ],
    aliases: &["KIA1502"],
    run,
    ..Rule::NEW
};

/// The type of an address, and the address.
type Address<'a> = (&'a str, &'a str);

/// Where a Gateway asks for one.
type Place<'a> = (&'a Arc<Resource>, &'a Node);

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut asking: BTreeMap<Address<'_>, Vec<Place<'_>>> = BTreeMap::new();
    for gateway in world.of(K8S_GATEWAY) {
        for (address, node) in addresses(gateway) {
            asking.entry(address).or_default().push((gateway, node));
        }
    }
    let mut findings = Vec::new();
    for gateway in world.of(K8S_GATEWAY) {
        for (address, node) in addresses(gateway) {
            let all = asking.get(&address).map(Vec::as_slice).unwrap_or_default();
            let is_other = |it: &Resource| it.name != gateway.name || it.namespace != gateway.namespace;
            let Some((other, place)) = all.iter().find(|(it, _)| is_other(it)) else { continue };
            let message = format!("{other} asks for the address {:?}, too", address.1);
            let finding = rule.finding(gateway, node.span, message).with_help("give each Gateway its own address");
            findings.push(finding.with_related(other, place.span, "the other Gateway"));
        }
    }
    findings
}

/// The addresses that a Gateway asks for, each with its type and place.
fn addresses(gateway: &Resource) -> impl Iterator<Item = (Address<'_>, &Node)> {
    gateway.items(&["spec", "addresses"]).iter().filter_map(|address| {
        let value = address.get("value")?;
        let kind = address.get("type").and_then(Node::as_str).unwrap_or("IPAddress");
        Some(((kind, value.as_str().filter(|text| !text.is_empty())?), value))
    })
}
