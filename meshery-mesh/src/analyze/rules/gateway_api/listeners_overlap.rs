//! MSH308 `gateway-listeners-overlap`.

use std::collections::BTreeMap;

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{Listener, Listeners, Reference};
use crate::analyze::kinds::SECRET;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH308",
    name: "gateway-listeners-overlap",
    severity: Severity::Warning,
    summary: "Two HTTPS listeners of a port present one certificate, or share names",
    why: "
A browser that speaks HTTP/2 reuses its connection for every name that the certificate is good for. Such a connection
belongs to the listener that it was made to, and requests for names of the other one end there, with 404 or 421.
Controllers say so by the condition `OverlappingTLSConfig`.

The same certificate is a warning. That the hostname of one listener lies within the wildcard of another is mostly meant,
and only worth knowing.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners:
  - { name: a, port: 443, protocol: HTTPS, hostname: a.example.com, tls: { certificateRefs: [{ name: wildcard }] } }
  - { name: b, port: 443, protocol: HTTPS, hostname: b.example.com, tls: { certificateRefs: [{ name: wildcard }] } }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners:
  - { name: all, port: 443, protocol: HTTPS, hostname: '*.example.com', tls: { certificateRefs: [{ name: wildcard }] } }",
    references: &[
        "https://gateway-api.sigs.k8s.io/geps/gep-3567/",
        "https://gateway-api.sigs.k8s.io/reference/spec/#listenerconditiontype",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let listeners = world.view::<Listeners>();
    let mut findings = Vec::new();
    for (_, all) in listeners.gateways() {
        let secure: Vec<&Listener> = all.into_iter().filter(|listener| &*listener.protocol == "HTTPS").collect();
        let mut by_hostname: BTreeMap<(i64, String), &Listener> = BTreeMap::new();
        for listener in &secure {
            by_hostname.entry((listener.port, listener.hostname.to_ascii_lowercase())).or_insert(listener);
        }
        let mut by_secret: BTreeMap<(i64, String), &Listener> = BTreeMap::new();
        for listener in secure {
            findings.extend(one_certificate(rule, &mut by_secret, listener));
            findings.extend(wider(&by_hostname, listener).map(|other| {
                let message = format!("the hostname is one of listener {:?}, too", other.name);
                let help = "requests over a connection that was made to the other listener may end there";
                let finding = rule.finding(&listener.object, listener.place("hostname"), message).with_help(help);
                let finding = finding.as_bad_as(Severity::Info);
                finding.with_related(&other.object, other.place("hostname"), "the other listener")
            }));
        }
    }
    findings
}

fn one_certificate<'a>(
    rule: &RuleInfo,
    seen: &mut BTreeMap<(i64, String), &'a Listener>,
    listener: &'a Listener,
) -> Option<Finding> {
    let nodes = listener.node.at(&["tls", "certificateRefs"]).map(Node::items).unwrap_or_default();
    let own = listener.object.namespace_or_default();
    let mut finding = None;
    for reference in nodes.iter().filter_map(|node| Reference::read(node, own, SECRET)) {
        let key = (listener.port, reference.to_string());
        let Some(other) = seen.get(&key) else {
            seen.insert(key, listener);
            continue;
        };
        // Two certificates within one listener, or two listeners for one name, are another matter.
        if finding.is_some() || other.hostname.eq_ignore_ascii_case(&listener.hostname) {
            continue;
        }
        let message = format!("listener {:?} presents this certificate on port {}, too", other.name, listener.port);
        let help = "serve the names of one certificate by one listener, or give each its own certificate";
        let found = rule.finding(&listener.object, reference.place("name"), message).with_help(help);
        finding = Some(found.with_related(&other.object, other.node.span, "the other listener"));
    }
    finding
}

/// The listener with the next wildcard that the hostname of this one lies in.
fn wider<'a>(by_hostname: &BTreeMap<(i64, String), &'a Listener>, listener: &Listener) -> Option<&'a Listener> {
    let hostname = listener.hostname.to_ascii_lowercase();
    if hostname.is_empty() {
        return None;
    }
    let mut rest = hostname.strip_prefix("*.").unwrap_or(&hostname);
    while let Some((_, parent)) = rest.split_once('.') {
        if let Some(other) = by_hostname.get(&(listener.port, format!("*.{parent}"))) {
            return Some(other);
        }
        rest = parent;
    }
    by_hostname.get(&(listener.port, String::new())).copied()
}
