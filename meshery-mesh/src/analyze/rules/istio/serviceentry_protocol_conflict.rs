//! MSH175 `serviceentry-protocol-conflict`.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{number, told_namespace};
use crate::analyze::kinds::SERVICE_ENTRY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH175",
    name: "serviceentry-protocol-conflict",
    severity: Severity::Warning,
    summary: "ServiceEntries say of the same port of the same host that it speaks different protocols",
    why: "
A proxy that sees both has one listener for the port, and it speaks the protocol of one of them. Traffic that was meant for
the other one fails, for example plain HTTP where TLS is expected, or loses its routes; which one wins depends on the age of
the objects.

Only those that are exported to a common namespace meet. Whether one is hidden from a proxy by its Sidecar is not seen.",
    bad: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: plain, namespace: shop }
spec:
  hosts: [api.example.com]
  ports: [{ number: 8080, name: http, protocol: HTTP }]
  resolution: DNS
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: secure, namespace: bank }
spec:
  hosts: [api.example.com]
  ports: [{ number: 8080, name: tls, protocol: TLS }]
  resolution: DNS",
    good: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: plain, namespace: shop }
spec:
  hosts: [api.example.com]
  exportTo: ['.']
  ports: [{ number: 8080, name: http, protocol: HTTP }]
  resolution: DNS
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: secure, namespace: bank }
spec:
  hosts: [api.example.com]
  exportTo: ['.']
  ports: [{ number: 8080, name: tls, protocol: TLS }]
  resolution: DNS",
    references: &["https://istio.io/latest/docs/reference/config/networking/service-entry/"],
    meshes: &["istio"],
    aliases: &["IST0177", "KIA1212"],
    upstream: "serviceentry.ConflictingServiceEntryProtocolAnalyzer",
    run,
    ..Rule::NEW
};

const EVERYWHERE: &str = "*";

/// What one ServiceEntry says of a port of one of its hosts.
#[derive(Clone, Copy)]
struct Claim<'a> {
    entry: &'a Resource,
    port: &'a Node,
    protocol: &'a str,
}

impl Claim<'_> {
    fn place(&self) -> &Node {
        self.port.get("protocol").unwrap_or(self.port)
    }
}

/// The claims of a host and port, by who sees them.
type Scopes<'a> = BTreeMap<&'a str, Vec<Claim<'a>>>;

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut ports: BTreeMap<(&str, i64), Scopes<'_>> = BTreeMap::new();
    for entry in world.of(SERVICE_ENTRY) {
        let scopes = scopes(entry, world.settings().compatible);
        for host in entry.items(&["spec", "hosts"]).iter().filter_map(Node::as_str) {
            for port in entry.items(&["spec", "ports"]) {
                let protocol = port.get("protocol").and_then(Node::as_str).unwrap_or_default();
                let of_port = ports.entry((host, number(port.get("number")))).or_default();
                let claim = Claim { entry, port, protocol };
                for scope in &scopes {
                    of_port.entry(scope).or_default().push(claim);
                }
            }
        }
    }
    // istioctl tells of an entry once, of whatever port.
    let compatible = world.settings().compatible;
    let mut reported = BTreeSet::new();
    let found = ports.iter().flat_map(|((host, port), scopes)| {
        let everywhere = scopes.get(EVERYWHERE).map(Vec::as_slice).unwrap_or_default();
        let seen = scopes.iter().map(move |(scope, claims)| {
            let more = if *scope == EVERYWHERE { &[] } else { everywhere };
            claims.iter().chain(more).copied().collect::<Vec<_>>()
        });
        seen.map(move |claims| (*host, *port, claims))
    });
    let mut findings = Vec::new();
    for (host, port, claims) in found {
        findings.extend(conflicts(rule, (host, port), &claims, |claim| {
            let port = (!compatible).then_some(claim.port.span);
            reported.insert((told_namespace(claim.entry), &*claim.entry.name, port))
        }));
    }
    findings
}

/// Who sees a ServiceEntry. istioctl takes `~` for a namespace, too.
fn scopes(entry: &Resource, compatible: bool) -> BTreeSet<&str> {
    let own = if compatible { told_namespace(entry) } else { entry.namespace_or_default() };
    let exports = entry.items(&["spec", "exportTo"]).iter().filter_map(Node::as_str);
    let mut scopes: BTreeSet<&str> = exports.map(|scope| if scope == "." { own } else { scope }).collect();
    if scopes.is_empty() || scopes.contains(EVERYWHERE) {
        return BTreeSet::from([EVERYWHERE]);
    }
    if !compatible {
        scopes.remove("~");
    }
    scopes
}

fn conflicts<'a>(
    rule: &RuleInfo,
    (host, port): (&str, i64),
    claims: &[Claim<'a>],
    mut fresh: impl FnMut(&Claim<'a>) -> bool,
) -> Vec<Finding> {
    let Some(first) = claims.first() else { return Vec::new() };
    let differs = |a: &str, b: &str| !a.eq_ignore_ascii_case(b);
    let Some(second) = claims.iter().find(|claim| differs(claim.protocol, first.protocol)) else { return Vec::new() };
    let findings = claims.iter().filter(|claim| fresh(claim)).map(|claim| {
        let other = if differs(claim.protocol, first.protocol) { first } else { second };
        let (own, others) = (claim.protocol, other.protocol);
        let message = format!("port {port} of {host:?} speaks {own:?} here, and {others:?} in {}", other.entry);
        let finding = rule.finding(claim.entry, claim.place().span, message);
        let finding = finding.with_help("let them agree on the protocol, or export them to different namespaces");
        finding.with_related(other.entry, other.place().span, format!("speaks {others:?}"))
    });
    findings.collect()
}
