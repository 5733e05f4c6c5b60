//! MSH514 `kuma-passthrough-match-invalid`.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, of_kinds, present, text, walk};
use crate::analyze::values::{address, dns};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH514",
    name: "kuma-passthrough-match-invalid",
    summary: "A match of a MeshPassthrough names no address, or cannot be told from another",
    why: "
A match becomes a filter chain of Envoy. A domain is known by the server name or the host of a request, so that plain TCP and
MySQL have none; a wildcard stands for whole labels, `*.example.com`, and needs a port where requests are routed by host. On
one port there is one protocol of requests, and an address is matched by one protocol only. Envoy refuses the whole listener
otherwise, and the control plane the policy.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshPassthrough
metadata: { name: out, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  default: { passthroughMode: Matched, appendMatch: [{ type: Domain, value: db.example.com, port: 3306, protocol: mysql }] }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshPassthrough
metadata: { name: out, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  default: { passthroughMode: Matched, appendMatch: [{ type: IP, value: 192.0.2.7, port: 3306, protocol: mysql }] }",
    references: &["https://kuma.io/docs/latest/policies/meshpassthrough/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

const PROTOCOLS: [&str; 6] = ["tcp", "tls", "grpc", "http", "http2", "mysql"];
const REQUESTS: [&str; 3] = ["grpc", "http", "http2"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    of_kinds(world, rule, &["MeshPassthrough"], check)
}

fn check(spec: &Node, flaws: &mut Flaws<'_>) {
    let (mut values, mut chains) = (HashSet::new(), Chains::default());
    for node in walk(spec, "default.appendMatch[]") {
        let (protocol, value, port) =
            (text(node, "protocol"), text(node, "value"), present(node, "port").and_then(Node::as_int));
        if let Some(at) = present(node, "protocol").filter(|_| !PROTOCOLS.contains(&protocol)) {
            flaws.add(at, "the protocol is unknown", format!("use one of {}", PROTOCOLS.join(", ")));
        }
        if protocol == "mysql" && port.is_none() {
            flaws.add(node, "MySQL needs a port", "add port, as 3306");
        }
        let at = |name: &str| present(node, name).unwrap_or(node);
        if port.is_some() && !values.insert((port, protocol, value)) {
            flaws.add(at("value"), "the same is matched before on this port, by this protocol", "remove one of them");
        } else if let Some(other) = chains.conflict(node, port.unwrap_or(0)) {
            let field = if other == protocol { "value" } else { "protocol" };
            let field = if text(node, "type") == "Domain" { "port" } else { field };
            let message = format!("what is matched before by {other} cannot be told from this");
            flaws.add(at(field), message, "use one protocol for a port and an address");
        }
        match text(node, "type") {
            "CIDR" if address::range(value).is_none() => {
                flaws.add(at("value"), format!("{value:?} is no range of addresses"), "write it as 10.0.0.0/8");
            }
            "IP" if !address::is_ip(value) => {
                flaws.add(at("value"), format!("{value:?} is no IP address"), "write it as 192.0.2.7");
            }
            "Domain" => domain(node, port, flaws),
            _ => {}
        }
    }
}

fn domain(node: &Node, port: Option<i64>, flaws: &mut Flaws<'_>) {
    let (protocol, value) = (text(node, "protocol"), text(node, "value"));
    let at = |name: &str| present(node, name).unwrap_or(node);
    if matches!(protocol, "tcp" | "mysql") {
        flaws.add(
            at("protocol"),
            format!("{protocol} does not name the domain"),
            "match by IP or CIDR, or use tls or a protocol of requests",
        );
    }
    if port.is_none() && value.starts_with('*') && REQUESTS.contains(&protocol) {
        flaws.add(node, "a wildcard needs a port where requests are routed by host", "add port");
    }
    let rest = value.strip_prefix("*.").unwrap_or(value);
    if rest.starts_with('*') && rest.len() > 1 {
        flaws.add(at("value"), "a wildcard stands for whole labels", "write it as *.example.com");
    } else if rest != "*" && !dns::is_name(rest) {
        flaws.add(at("value"), format!("{value:?} is no domain"), "write it as example.com or *.example.com");
    }
}

/// A protocol, and the value that it was matched with.
type Matched<'a> = (&'a str, &'a str);

/// What the matches before became in Envoy: for a kind of filter chain and an address, by port, the protocol and the value
/// that were there first.
#[derive(Default)]
struct Chains<'a> {
    seen: HashMap<(u8, String), HashMap<i64, Matched<'a>>>,
}

impl<'a> Chains<'a> {
    /// The protocol of a match before that this one cannot be told from; otherwise it is kept. Port 0 is all of them.
    fn conflict(&mut self, node: &'a Node, port: i64) -> Option<&'a str> {
        let (protocol, value) = (text(node, "protocol"), text(node, "value"));
        let class = match protocol {
            "tls" => 0,
            "grpc" | "http" | "http2" => 1,
            _ => 2,
        };
        let address = match text(node, "type") {
            "IP" => value.parse().map(|ip: IpAddr| format!("{ip}/{}", if ip.is_ipv4() { 32 } else { 128 })).ok(),
            "CIDR" => address::range(value).map(|(ip, bits)| format!("{ip}/{bits}")),
            // All domains of requests share a chain; those of TLS are told by their names, and others are wrong anyway.
            "Domain" if class == 1 => Some(String::new()),
            _ => None,
        }?;
        let is_shared = address.is_empty();
        let ports = self.seen.entry((class, address)).or_default();
        let collides = |(other, what): &Matched<'a>| *other != protocol || (!is_shared && *what != value);
        let mut before: Vec<_> = match port {
            0 => ports.values().copied().collect(),
            port => [port, 0].iter().filter_map(|port| ports.get(port)).copied().collect(),
        };
        before.sort_unstable();
        if let Some((other, _)) = before.into_iter().find(collides) {
            return Some(other);
        }
        ports.entry(port).or_insert((protocol, value));
        None
    }
}
