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

/// Class and addresses of a Gateway, and port, protocol and hostname of its listener.
type Door<'a> = (&'a str, String, i64, &'a str, String);

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let listeners = world.view::<Listeners>();
    let mut doors: BTreeMap<Door<'_>, Vec<(&Resource, &Listener)>> = BTreeMap::new();
    for (gateway, its) in listeners.gateways() {
        let class = gateway.text(&["spec", "gatewayClassName"]).unwrap_or_default();
        let addresses = addresses(gateway);
        // A hostname means nothing to protocols without names.
        let named = its.into_iter().filter(|it| !it.hostname.is_empty() && !matches!(&*it.protocol, "TCP" | "UDP"));
        for listener in named {
            let hostname = listener.hostname.to_ascii_lowercase();
            let door = (class, addresses.clone(), listener.port, &*listener.protocol, hostname);
            doors.entry(door).or_default().push((gateway, listener));
        }
    }
    let mut findings = Vec::new();
    for sharing in doors.values() {
        for (gateway, listener) in sharing {
            // Those of one Gateway stand together, so that another one is at one of the ends.
            let ends = [sharing.first(), sharing.last()].into_iter().flatten();
            let is_other = |other: &Resource| other.name != gateway.name || other.namespace != gateway.namespace;
            let Some((other, theirs)) = ends.copied().find(|(other, _)| is_other(other)) else { continue };
            let message = format!("{other} listens for {:?} on port {}, too", listener.hostname, listener.port);
            let help = "attach the routes of both to one Gateway, or give each its own hostname";
            let finding = rule.finding(&listener.object, listener.place("hostname"), message).with_help(help);
            findings.push(finding.with_related(&theirs.object, theirs.place("hostname"), "the other listener"));
        }
    }
    findings
}

/// The addresses that a Gateway asks for, in one text.
fn addresses(gateway: &Resource) -> String {
    let nodes = gateway.items(&["spec", "addresses"]).iter();
    let mut values: Vec<&str> = nodes.filter_map(|node| node.get("value").and_then(Node::as_str)).collect();
    values.sort_unstable();
    values.join(" ")
}
