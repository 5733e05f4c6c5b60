//! MSH422 `linkerd-server-invalid`.

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::edit::meant;
use crate::analyze::linkerd::kinds::SERVER;
use crate::analyze::linkerd::place;
use crate::nearest::nearest_value;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH422",
    name: "linkerd-server-invalid",
    summary: "A Server has a port or a protocol that there is not",
    why: "
The definition of the kind lets the port of a Server be any number and its protocol any text. The policy controller reads a port
of 1 to 65535, or the name of one, and the protocol as it is written here: `HTTP/2` and not `http2`. Its webhook refuses all
else.",
    bad: "
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: reviews-http, namespace: shop }
spec: { podSelector: { matchLabels: { app: reviews } }, port: 8080, proxyProtocol: http2 }",
    good: "
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: reviews-http, namespace: shop }
spec: { podSelector: { matchLabels: { app: reviews } }, port: 8080, proxyProtocol: HTTP/2 }",
    references: &["https://linkerd.io/2/reference/authorization-policy/#server"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

const PROTOCOLS: [&str; 6] = ["unknown", "HTTP/1", "HTTP/2", "gRPC", "opaque", "TLS"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(SERVER, |server| check(rule, server))
}

fn check(rule: &RuleInfo, server: &Resource) -> Vec<Finding> {
    let Some(spec) = server.root.get("spec") else { return Vec::new() };
    let mut findings = Vec::new();
    if let Some(Value::Int(port)) = spec.get("port").map(|port| &port.value)
        && !(1..=65_535).contains(port)
    {
        let finding = rule.finding(server, place(spec, "port"), format!("{port} is no port"));
        findings.push(finding.with_help("write one of 1 to 65535, or the name of one"));
    }
    let protocol = spec.get("proxyProtocol").and_then(Node::as_str);
    if let Some(protocol) = protocol.filter(|protocol| !PROTOCOLS.contains(protocol)) {
        let message = format!("Linkerd knows no protocol {protocol:?}");
        let finding = rule.finding(server, place(spec, "proxyProtocol"), message);
        let near = nearest_value(protocol, &PROTOCOLS);
        findings.push(meant(finding, server, protocol, near, format!("it is one of {}", PROTOCOLS.join(", "))));
    }
    findings
}
