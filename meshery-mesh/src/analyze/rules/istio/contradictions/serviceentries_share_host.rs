//! MSH277 `serviceentries-share-host`.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::Exports;
use crate::analyze::kinds::SERVICE_ENTRY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH277",
    name: "serviceentries-share-host",
    severity: Severity::Warning,
    summary: "Several ServiceEntries have the same port of the same host",
    why: "
Two entries for one port of a host are one to the proxies of the namespaces that see both: the endpoints of both are
used, by the resolution and the other settings of only one of them. Whoever changes one of the entries sees no effect,
or half of it.

Where they disagree on the protocol, MSH175 says so.",
    bad: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: bank, namespace: shop }
spec: { hosts: [api.bank.example], ports: [{ number: 443, name: tls, protocol: TLS }], resolution: DNS }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: bank, namespace: billing }
spec: { hosts: [api.bank.example], ports: [{ number: 443, name: tls, protocol: TLS }], resolution: NONE }",
    good: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: bank, namespace: shop }
spec:
  hosts: [api.bank.example]
  ports: [{ number: 443, name: tls, protocol: TLS }]
  resolution: DNS
  exportTo: [shop]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: bank, namespace: billing }
spec:
  hosts: [api.bank.example]
  ports: [{ number: 443, name: tls, protocol: TLS }]
  resolution: NONE
  exportTo: [billing]",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1211"],
    run,
    ..Rule::NEW
};

/// What one entry says of a port of one of its hosts.
struct Claim<'a> {
    entry: &'a Resource,
    port: &'a Node,
    exports: Exports,
}

/// How many entries for one port are compared with each of them, so that thousands do not take for ever.
const LIMIT: usize = 64;

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut ports: BTreeMap<(&str, i64), Vec<Claim<'_>>> = BTreeMap::new();
    for entry in world.of(SERVICE_ENTRY) {
        for host in entry.items(&["spec", "hosts"]).iter().filter_map(Node::as_str) {
            for port in entry.items(&["spec", "ports"]) {
                let Some(number) = port.get("number").and_then(Node::as_int) else { continue };
                let claim = Claim { entry, port, exports: Exports::of_spec(entry) };
                ports.entry((host, number)).or_default().push(claim);
            }
        }
    }
    let mut findings = Vec::new();
    let mut told = BTreeSet::new();
    for ((host, number), claims) in &ports {
        for claim in claims {
            let Some(rival) = claims.iter().take(LIMIT).find(|rival| collide(claim, rival)) else { continue };
            // A port is told once, however many of its hosts are shared.
            if told.insert((claim.entry.namespace_or_default(), &*claim.entry.name, claim.port.span)) {
                let message = format!("{} has port {number} of {host:?}, too", rival.entry);
                let finding = rule.finding(claim.entry, claim.port.span, message);
                let finding =
                    finding.with_help("make one ServiceEntry of them, or export them to different namespaces");
                findings.push(finding.with_related(rival.entry, rival.port.span, "the same port"));
            }
        }
    }
    findings
}

fn collide(one: &Claim<'_>, other: &Claim<'_>) -> bool {
    let is_same = one.entry.name == other.entry.name && one.entry.namespace == other.entry.namespace;
    let protocol =
        |claim: &Claim<'_>| claim.port.get("protocol").and_then(Node::as_str).unwrap_or_default().to_ascii_uppercase();
    !is_same && protocol(one) == protocol(other) && one.exports.meet(&other.exports)
}
