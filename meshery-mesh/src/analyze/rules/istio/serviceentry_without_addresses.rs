//! MSH174 `serviceentry-tcp-without-addresses`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::MeshConfig;
use crate::analyze::kinds::SERVICE_ENTRY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH174",
    name: "serviceentry-tcp-without-addresses",
    severity: Severity::Warning,
    summary: "A ServiceEntry has a TCP port and no address by which its traffic could be told from other traffic",
    why: "
Plain TCP has no host name in it. Without an address to go by, the proxy takes everything that is sent to this port,
wherever it goes, for traffic of this ServiceEntry: connections to other hosts end at the wrong one.

Addresses are given by `addresses`, or by istiod, which then writes them into the status; it does so for proxies that
capture DNS. Whether a single workload's proxy is configured in another way than the mesh is not seen.",
    bad: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ledger, namespace: shop }
spec:
  hosts: [ledger.example.com]
  ports: [{ number: 5432, name: tcp, protocol: TCP }]
  resolution: DNS",
    good: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ledger, namespace: shop }
spec:
  hosts: [ledger.example.com]
  addresses: [240.240.0.17]
  ports: [{ number: 5432, name: tcp, protocol: TCP }]
  resolution: DNS",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/service-entry/",
        "https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/",
    ],
    meshes: &["istio"],
    aliases: &["IST0134"],
    upstream: "serviceentry.Analyzer",
    run,
    ..Rule::NEW
};

/// Protocols that istiod gives a listener of TCP. istioctl knows only the first two.
const PLAIN: [&str; 5] = ["", "TCP", "MONGO", "MYSQL", "REDIS"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    if gives_addresses(&world.view::<MeshConfig>(), compatible) {
        return Vec::new();
    }
    let plain = if compatible { PLAIN.get(..2) } else { PLAIN.get(..) }.unwrap_or_default();
    let is_set = |entry: &Resource, path: &[&str]| entry.root.at(path).is_some_and(|node| !node.is_empty());
    let entries = world.of(SERVICE_ENTRY).iter();
    let open =
        entries.filter(|entry| !is_set(entry, &["spec", "addresses"]) && !is_set(entry, &["status", "addresses"]));
    let findings = open.flat_map(|entry| {
        entry.items(&["spec", "ports"]).iter().filter_map(move |port| {
            let protocol = port.get("protocol");
            let text = protocol.and_then(Node::as_str).unwrap_or_default();
            let span = protocol.map_or(port.span, |protocol| protocol.span);
            let message = "all traffic to this port is taken for traffic of this ServiceEntry, for it has no addresses";
            let help = "give it addresses that nobody else has, or let the proxies capture DNS";
            let is_plain = plain.iter().any(|it| it.eq_ignore_ascii_case(text));
            is_plain.then(|| rule.finding(entry, span, message).with_help(help))
        })
    });
    findings.collect()
}

/// Whether istiod gives addresses to what has none. It does so by itself in newer releases where proxies capture DNS;
/// istioctl wants to read that it is allocates on.
fn gives_addresses(config: &MeshConfig, compatible: bool) -> bool {
    let is = |name: &str, value: &str| {
        config.get(&["defaultConfig", "proxyMetadata", name]).and_then(Node::as_str) == Some(value)
    };
    let switches = ["ISTIO_META_DNS_AUTO_ALLOCATE", "PILOT_ENABLE_IP_AUTOALLOCATE"];
    let allocates =
        if compatible { switches.iter().any(|it| is(it, "true")) } else { !switches.iter().any(|it| is(it, "false")) };
    is("ISTIO_META_DNS_CAPTURE", "true") && allocates
}
