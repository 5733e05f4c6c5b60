//! MSH703 `cilium-layer-seven-misplaced`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Span, World};

use crate::analyze::Rule;
use crate::analyze::cilium::policies::{Entry, entries, is_there, list, place, visible};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH703",
    name: "cilium-layer-seven-misplaced",
    summary: "A Cilium network policy asks for HTTP or DNS where Cilium cannot look into it",
    why: "
Rules for HTTP apply to TCP alone, so the protocol of every port beside them must be `TCP`, not `ANY`, which is the default. Rules
for DNS apply to what goes out, name their port, and not a range. Neither is possible on port 0, together with a listener of
Envoy's own, or, within encrypted connections, with `serverNames` unless Cilium terminates TLS. For nodes there are only rules for
DNS, on what goes out. The agent refuses a policy that breaks this.",
    bad: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  ingress:
  - toPorts:
    - ports: [{ port: '8080' }]
      rules: { http: [{ method: GET }] }",
    good: "
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  ingress:
  - toPorts:
    - ports: [{ port: '8080', protocol: TCP }]
      rules: { http: [{ method: GET }] }",
    references: &["https://docs.cilium.io/en/stable/security/policy/layer7/"],
    meshes: &["cilium"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in entries(world).filter(|entry| !entry.section.deny) {
        for ports in entry.ports() {
            let mut problems = Vec::new();
            of_ports(&entry, ports, &mut problems);
            findings.extend(problems.into_iter().map(|problem| finding(rule, entry.policy, problem)));
        }
    }
    findings
}

type Problem = (Span, String, &'static str);

fn finding(rule: &RuleInfo, policy: &Resource, (span, message, help): Problem) -> Finding {
    rule.finding(policy, visible(policy, span), message).with_help(help)
}

fn of_ports(entry: &Entry<'_>, ports: &Node, problems: &mut Vec<Problem>) {
    let listener = is_there(ports, "listener");
    if listener && !entry.section.out {
        let message = "requests that come in cannot be sent to a listener of Envoy's own".into();
        problems.push((place(ports, "listener"), message, "leave out listener"));
    }
    let Some(rules) = ports.get("rules").filter(|rules| !rules.fields().is_empty()) else { return };
    let (http, dns) = (is_there(rules, "http"), is_there(rules, "dns"));
    if !http && !dns {
        return;
    }
    let has_dns = !list(rules, "dns").is_empty();
    of_direction(entry, rules, problems);
    if listener && entry.section.out {
        let message = "a listener of Envoy's own has rules of its own".into();
        problems.push((place(ports, "rules"), message, "leave out rules, or listener"));
    }
    if !list(ports, "serverNames").is_empty() && !is_there(ports, "terminatingTLS") {
        let message = "what is in an encrypted connection is not seen".into();
        problems.push((place(ports, "serverNames"), message, "add terminatingTLS, or leave out rules or serverNames"));
    }
    let listed = list(ports, "ports");
    if dns && listed.is_empty() {
        let message = "rules for DNS need a port".into();
        problems.push((place(rules, "dns"), message, "add port \"53\""));
    }
    for port in listed {
        let number = port.get("port").and_then(Node::as_str).unwrap_or_default();
        if number == "0" {
            let message = "there are no rules for all ports at once".into();
            problems.push((place(port, "port"), message, "name the ports"));
        }
        let protocol = port.get("protocol").and_then(Node::as_str).filter(|it| !it.is_empty()).unwrap_or("ANY");
        if !has_dns && !protocol.eq_ignore_ascii_case("TCP") {
            let message = format!("rules for HTTP need TCP, and the protocol is {protocol}");
            problems.push((place(port, "protocol"), message, "say protocol: TCP"));
        }
        let end = port.get("endPort").and_then(Node::as_int).unwrap_or_default();
        if has_dns && number.parse::<i64>().is_ok_and(|number| end > number) {
            problems.push((
                place(port, "endPort"),
                "rules for DNS need one port, and no range".into(),
                "leave out endPort",
            ));
        }
    }
}

/// Rules for what does not go that way.
fn of_direction(entry: &Entry<'_>, rules: &Node, problems: &mut Vec<Problem>) {
    let (http, dns) = (!list(rules, "http").is_empty(), !list(rules, "dns").is_empty());
    if !entry.section.out && dns {
        let message = "rules for DNS apply to what goes out".into();
        problems.push((place(rules, "dns"), message, "put them into egress of who asks"));
    }
    if entry.is_of_host() && http {
        let message = "there are no rules for HTTP of nodes".into();
        problems.push((place(rules, "http"), message, "leave out rules, or select pods"));
    }
}
