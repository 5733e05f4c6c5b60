//! MSH307 `gateway-listeners-conflict`.

use std::collections::BTreeMap;

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{Listener, Listeners};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH307",
    name: "gateway-listeners-conflict",
    summary: "Two listeners of one Gateway cannot be told apart",
    why: "
Two listeners of one port and protocol must differ in their hostname: `HostnameConflict`. One of protocol TCP shares its
port with no HTTP, HTTPS or TLS: `ProtocolConflict`. Within one object neither of the two is accepted; between a Gateway and
its ListenerSets the Gateway's is, and then that of the oldest ListenerSet.

Plain HTTP and TLS on one port differ enough for the specification, but nearly no proxy serves both on one port, which is a
warning.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: db, port: 5432, protocol: TCP }, { name: http, port: 5432, protocol: HTTP }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: db, port: 5432, protocol: TCP }, { name: http, port: 80, protocol: HTTP }]",
    references: &["https://gateway-api.sigs.k8s.io/reference/spec/#gatewayspec"],
    aliases: &["KIA1503"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let listeners = world.view::<Listeners>();
    let mut findings = Vec::new();
    for (_, all) in listeners.gateways() {
        let mut ports: BTreeMap<i64, Vec<&Listener>> = BTreeMap::new();
        for listener in all.into_iter().filter(|listener| listener.port != 0) {
            ports.entry(listener.port).or_default().push(listener);
        }
        findings.extend(ports.values().flat_map(|sharing| conflicts(rule, sharing)));
    }
    findings
}

/// The conflicts between listeners of one port.
fn conflicts(rule: &RuleInfo, sharing: &[&Listener]) -> Vec<Finding> {
    let mut hostnames: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
    let mut protocols: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, listener) in sharing.iter().enumerate() {
        hostnames.entry((&*listener.protocol, hostname(listener))).or_default().push(at);
        protocols.entry(&*listener.protocol).or_default().push(at);
    }
    let mut findings = Vec::new();
    for (at, listener) in sharing.iter().enumerate() {
        let same = hostnames.get(&(&*listener.protocol, hostname(listener)));
        if let Some(other) = same.and_then(|same| loses_to(sharing, at, same)) {
            let about = match &*hostname(listener) {
                _ if !has_hostname(listener) => String::new(),
                "" => ", and both for every hostname".to_owned(),
                hostname => format!(", and both for {hostname:?}"),
            };
            let what = format!("are both of port {} and protocol {}{about}", listener.port, listener.protocol);
            let help = "give one of them another port or hostname";
            findings.push(report(rule, listener, other, &what).with_help(help));
            continue;
        }
        let clashing = protocols.iter().filter_map(|(protocol, others)| {
            Some((clash(&listener.protocol, protocol)?, loses_to(sharing, at, others)?))
        });
        // The worst one says it.
        if let Some((severity, other)) = clashing.max_by_key(|(severity, _)| *severity) {
            let what = format!("use port {} for {} and {}", listener.port, listener.protocol, other.protocol);
            let finding = report(rule, listener, other, &what).with_help("give one of them another port");
            findings.push(finding.as_bad_as(severity));
        }
    }
    findings
}

fn has_hostname(listener: &Listener) -> bool {
    !matches!(&*listener.protocol, "TCP" | "UDP")
}

/// The hostname as it counts.
fn hostname(listener: &Listener) -> String {
    if has_hostname(listener) { listener.hostname.to_ascii_lowercase() } else { String::new() }
}

/// How bad it is that two protocols share a port.
fn clash(a: &str, b: &str) -> Option<Severity> {
    match (a, b) {
        ("TCP", "HTTP" | "HTTPS" | "TLS") | ("HTTP" | "HTTPS" | "TLS", "TCP") => Some(Severity::Error),
        ("HTTP", "HTTPS" | "TLS") | ("HTTPS" | "TLS", "HTTP") => Some(Severity::Warning),
        _ => None,
    }
}

/// Which of some listeners keeps the one at a place from being accepted: one of the same object, or one that comes before it.
fn loses_to<'a>(sharing: &[&'a Listener], at: usize, others: &[usize]) -> Option<&'a Listener> {
    let before = others.first().filter(|other| **other < at);
    // Those of one object stand together.
    let after = others.get(others.partition_point(|other| *other <= at));
    let is_same = |other: &&usize| sharing.get(**other).zip(sharing.get(at)).is_some_and(|(a, b)| is_of_same(a, b));
    before.or(after.filter(is_same)).and_then(|other| sharing.get(*other)).copied()
}

fn is_of_same(a: &Listener, b: &Listener) -> bool {
    a.object.kind == b.object.kind && a.object.namespace == b.object.namespace && a.object.name == b.object.name
}

fn report(rule: &RuleInfo, listener: &Listener, other: &Listener, what: &str) -> Finding {
    let whose = if is_of_same(listener, other) { String::new() } else { format!(" of {}", other.object) };
    let message = format!("listeners {:?} and {:?}{whose} {what}", listener.name, other.name);
    let finding = rule.finding(&listener.object, listener.node.span, message);
    finding.with_related(&other.object, other.node.span, "the other listener")
}
