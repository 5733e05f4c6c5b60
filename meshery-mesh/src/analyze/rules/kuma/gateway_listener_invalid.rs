//! MSH525 `kuma-gateway-listener-invalid`.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, Tags, list, of_kinds, present, tags, text};
use crate::analyze::values::dns;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH525",
    name: "kuma-gateway-listener-invalid",
    summary: "A listener of a MeshGateway cannot listen, or two of them contradict each other",
    why: "
Listeners on one port share it: by one protocol, each for hosts of its own, and with one limit of connections. One of HTTPS
terminates TLS and has a certificate, or two of different keys; one that other meshes call has TLS anyway and sets none. The
control plane refuses the gateway.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshGateway
mesh: default
metadata: { name: edge }
spec:
  selectors: [{ match: { kuma.io/service: edge } }]
  conf: { listeners: [{ port: 443, protocol: HTTPS, hostname: shop.example.com }] }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshGateway
mesh: default
metadata: { name: edge }
spec:
  selectors: [{ match: { kuma.io/service: edge } }]
  conf:
    listeners:
    - port: 443
      protocol: HTTPS
      hostname: shop.example.com
      tls: { mode: TERMINATE, certificates: [{ secret: shop }] }",
    references: &["https://kuma.io/docs/latest/using-mesh/managing-ingress-traffic/gateway-listeners/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// Tags that a listener has from what it is.
const KNOWN: &[&str] = &["kuma.io/external-service-name", "kuma.io/protocol", "kuma.io/service", "kuma.io/zone"];
const OWN: Tags =
    Tags { some: false, service: false, only_service: false, selects: true, protocols: &[], never: KNOWN };

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    of_kinds(world, rule, &["MeshGateway"], check)
}

fn check(spec: &Node, flaws: &mut Flaws<'_>) {
    if let Some(map) = present(spec, "tags") {
        tags(Some(map), spec, OWN, flaws);
    }
    let conf = present(spec, "conf").unwrap_or(spec);
    let listeners = list(conf, "listeners");
    if listeners.is_empty() {
        flaws.add(conf, "the gateway listens nowhere", "add conf: { listeners: … }");
    }
    for listener in listeners {
        one(listener, flaws);
    }
    let is_crossing = |node: &&Node| node.get("crossMesh").and_then(Node::as_bool) == Some(true);
    if listeners.iter().any(|node| is_crossing(&node)) {
        for node in list(spec, "selectors").iter().skip(1) {
            flaws.add(node, "a gateway for other meshes has one selector", "keep one selector");
        }
    }
    shared(listeners, flaws);
}

fn one(listener: &Node, flaws: &mut Flaws<'_>) {
    if let Some(node) = present(listener, "hostname").filter(|node| !node.is_empty()) {
        let host = node.as_str().unwrap_or_default();
        if host != "*" && !dns::is_subdomain(host.strip_prefix("*.").unwrap_or(host)) {
            flaws.add(node, format!("{host:?} is no host"), "write it as shop.example.com, *.example.com or *");
        }
    }
    if let Some(map) = present(listener, "tags") {
        tags(Some(map), listener, OWN, flaws);
    }
    let (protocol, tls) = (text(listener, "protocol"), present(listener, "tls").filter(|tls| !tls.is_empty()));
    let crosses = listener.get("crossMesh").and_then(Node::as_bool) == Some(true);
    if matches!(protocol, "" | "NONE") && present(listener, "protocol").is_none_or(|it| it.as_str().is_some()) {
        flaws.add(
            present(listener, "protocol").unwrap_or(listener),
            "the listener has no protocol",
            "set protocol to HTTP, HTTPS, TCP or TLS",
        );
    }
    if crosses {
        if protocol == "HTTPS" {
            flaws.add(
                present(listener, "protocol").unwrap_or(listener),
                "other meshes call by HTTP, over their own TLS",
                "set protocol to HTTP",
            );
        }
        if let Some(node) = tls {
            flaws.add(node, "a listener for other meshes has TLS anyway", "remove tls");
        }
        return;
    }
    let Some(tls) = tls else {
        if protocol == "HTTPS" {
            flaws.add(listener, "the listener of HTTPS has no TLS", "add tls: { mode: TERMINATE, certificates: … }");
        }
        return;
    };
    let mode = present(tls, "mode");
    match mode.and_then(Node::as_str).unwrap_or("NONE") {
        "NONE" => flaws.add(
            mode.unwrap_or(tls),
            "it is not said what is done with TLS",
            "set mode to TERMINATE or PASSTHROUGH",
        ),
        "PASSTHROUGH" if protocol == "HTTPS" => {
            flaws.add(
                mode.unwrap_or(tls),
                "TLS cannot be passed through where requests are routed",
                "set mode to TERMINATE, or protocol to TLS",
            );
        }
        "TERMINATE" if !(1..=2).contains(&list(tls, "certificates").len()) => {
            let at = present(tls, "certificates").unwrap_or(tls);
            flaws.add(
                at,
                "TLS is terminated by one certificate, or two of different keys",
                "add certificates: [{ secret: … }]",
            );
        }
        _ => {}
    }
}

/// What listeners on one port contradict each other in.
fn shared(listeners: &[Node], flaws: &mut Flaws<'_>) {
    let mut ports: BTreeMap<i64, Vec<&Node>> = BTreeMap::new();
    for listener in listeners {
        if let Some(port) = present(listener, "port").and_then(Node::as_int) {
            ports.entry(port).or_default().push(listener);
        }
    }
    for listeners in ports.values().filter(|listeners| listeners.len() > 1) {
        let protocols: BTreeSet<&str> = listeners.iter().map(|listener| text(listener, "protocol")).collect();
        if protocols.len() > 1 {
            for listener in listeners {
                flaws.add(
                    listener,
                    "another listener on this port has another protocol",
                    "use one protocol for a port",
                );
            }
        }
        let host = |listener: &Node| match text(listener, "hostname") {
            "" => "*".to_owned(),
            host => host.to_owned(),
        };
        let mut hosts: BTreeMap<String, usize> = BTreeMap::new();
        for listener in listeners {
            *hosts.entry(host(listener)).or_default() += 1;
        }
        for listener in listeners.iter().filter(|listener| hosts.get(&host(listener)).is_some_and(|&count| count > 1)) {
            flaws.add(
                listener,
                "another listener on this port is for the same host",
                "use one listener for a host and a port",
            );
        }
        let limit = |listener: &&Node| {
            listener.at(&["resources", "connectionLimit"]).filter(|it| it.as_int() != Some(0)).cloned()
        };
        let limits: Vec<Node> = listeners.iter().filter_map(limit).collect();
        if limits.iter().filter_map(Node::as_int).collect::<BTreeSet<i64>>().len() > 1 {
            for node in &limits {
                flaws.add(node, "another listener on this port has another limit", "use one limit for a port");
            }
        }
    }
}
