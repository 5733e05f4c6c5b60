//! MSH309 `gateway-listener-shared`.

use std::collections::BTreeMap;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{Listener, Listeners};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH309",
    name: "gateway-listener-shared",
    severity: Severity::Warning,
    summary: "Two Gateways of one class listen for the same hostname, port and protocol",
    why: "
A name leads to one address, so that one of the two Gateways gets the requests, and routes that are attached to the other
one alone are never used. Controllers that put several Gateways on one address refuse the later listener.

Gateways of different classes, or with addresses of their own, may mean to be found in different networks; nothing is said of
those, and nothing of listeners for every hostname.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: 80, protocol: HTTP, hostname: shop.example.com }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: again, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: 80, protocol: HTTP, hostname: shop.example.com }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: 80, protocol: HTTP, hostname: shop.example.com }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: again, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: 80, protocol: HTTP, hostname: blog.example.com }]",
    references: &[
        "https://gateway-api.sigs.k8s.io/reference/spec/#gatewayspec",
        "https://kiali.io/docs/features/validations/",
    ],
    aliases: &["KIA1501"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let listeners = world.view::<Listeners>();
    let mut shared: BTreeMap<(&str, i64, &str, &str), Vec<(&Resource, &Listener)>> = BTreeMap::new();
    let mut all = Vec::new();
    for (gateway, its) in listeners.gateways() {
        let class = gateway.text(&["spec", "gatewayClassName"]).unwrap_or_default();
        for listener in its.into_iter().filter(|it| !it.hostname.is_empty() && it.port != 0) {
            // A hostname means nothing to protocols without names.
            if matches!(&*listener.protocol, "TCP" | "UDP") {
                continue;
            }
            all.push((gateway, class, listener));
        }
    }
    for (gateway, class, listener) in &all {
        let key = (*class, listener.port, &*listener.protocol, &*listener.hostname);
        shared.entry(key).or_default().push((gateway, listener));
    }
    let mut findings = Vec::new();
    for (gateway, class, listener) in &all {
        let key = (*class, listener.port, &*listener.protocol, &*listener.hostname);
        let same = shared.get(&key).map(Vec::as_slice).unwrap_or_default();
        let Some((other, theirs)) = same.iter().find(|(other, _)| meet(gateway, other)) else { continue };
        let message = format!("{other} listens for {:?} on port {}, too", listener.hostname, listener.port);
        let help = "attach the routes of both to one Gateway, or give each its own hostname";
        let finding = rule.finding(&listener.object, listener.place("hostname"), message).with_help(help);
        findings.push(finding.with_related(&theirs.object, theirs.place("hostname"), "the other listener"));
    }
    findings
}

/// Whether two Gateways are two, and neither has an address that the other has not.
fn meet(a: &Resource, b: &Resource) -> bool {
    let addresses = |gateway: &Resource| {
        let nodes = gateway.items(&["spec", "addresses"]).iter();
        let mut values: Vec<String> =
            nodes.filter_map(|node| node.get("value").and_then(Node::as_str)).map(str::to_owned).collect();
        values.sort();
        values
    };
    let is_same = a.namespace == b.namespace && a.name == b.name;
    !is_same && addresses(a) == addresses(b)
}
