//! MSH518 `kuma-address-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, confs, list, of_kinds, present, text, walk};
use crate::analyze::values::address;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH518",
    name: "kuma-address-invalid",
    summary: "An address, a URL or a path of a file is none",
    why: "
An address is an IP address or a name; one that means all of a machine, 0.0.0.0, can be listened on and not called. The
collector of Datadog is named by `http://host:port` and nothing more, one of OpenTelemetry by host and port, and a path of a
file is absolute. A policy has one backend of traces at most. The control plane refuses the object.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshTrace
metadata: { name: all, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  default: { backends: [{ type: Datadog, datadog: { url: https://agent/ } }] }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshTrace
metadata: { name: all, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  default: { backends: [{ type: Datadog, datadog: { url: 'http://agent:8126' } }] }",
    references: &[
        "https://kuma.io/docs/latest/policies/meshtrace/",
        "https://kuma.io/docs/latest/policies/meshaccesslog/",
        "https://kuma.io/docs/latest/networking/meshexternalservice/",
    ],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = of_kinds(world, rule, &["MeshTrace"], traces);
    findings.extend(of_kinds(world, rule, &["MeshAccessLog"], logs));
    findings.extend(of_kinds(world, rule, &["MeshMetric"], metrics));
    findings.extend(of_kinds(world, rule, &["MeshHealthCheck"], health));
    findings.extend(of_kinds(world, rule, &["MeshExternalService"], endpoints));
    findings.extend(of_kinds(world, rule, &["MeshOpenTelemetryBackend"], collector));
    let zones = ["MeshZoneAddress"];
    findings.extend(of_kinds(world, rule, &zones, |spec, flaws| callable(spec, "address", true, flaws)));
    findings.extend(of_kinds(world, rule, &["ZoneEgress", "ZoneIngress"], |spec, flaws| {
        let Some(networking) = present(spec, "networking") else { return };
        callable(networking, "address", false, flaws);
        callable(networking, "advertisedAddress", false, flaws);
        let has = |name: &str| present(networking, name).is_some_and(|it| !it.is_empty() && it.as_int() != Some(0));
        if has("advertisedAddress") != has("advertisedPort") {
            flaws.add(
                networking,
                "there is one of advertisedAddress and advertisedPort without the other",
                "add the other",
            );
        }
    }));
    findings.extend(of_kinds(world, rule, &["ExternalService"], external));
    findings
}

/// An address that can be called.
fn callable(holder: &Node, name: &str, is_needed: bool, flaws: &mut Flaws<'_>) {
    let Some(node) = present(holder, name).filter(|node| is_needed || !node.is_empty()) else {
        if is_needed {
            flaws.add(holder, format!("{name} is missing"), format!("add {name}, an IP address or a name"));
        }
        return;
    };
    match node.as_str() {
        Some("0.0.0.0" | "::") => flaws.add(node, "this address cannot be called", "use the address of the proxy"),
        Some(text) if !address::is_host(text) => {
            flaws.add(node, format!("{text:?} is no IP address and no name"), "write it as 192.0.2.7 or example.com");
        }
        _ => {}
    }
}

fn traces(spec: &Node, flaws: &mut Flaws<'_>) {
    let conf = present(spec, "default").unwrap_or(spec);
    let backends = list(conf, "backends");
    if let Some(node) = present(conf, "backends").filter(|_| backends.len() > 1) {
        flaws.add(node, "there is more than one backend", "keep one backend");
    }
    for backend in backends {
        match text(backend, "type") {
            "Zipkin" => walk(backend, "zipkin").into_iter().for_each(|node| zipkin(node, flaws)),
            "Datadog" => walk(backend, "datadog").into_iter().for_each(|node| datadog(node, flaws)),
            _ => {}
        }
    }
    for tag in list(conf, "tags") {
        if text(tag, "name").is_empty() {
            flaws.add(present(tag, "name").unwrap_or(tag), "the tag has no name", "add name");
        }
        if present(tag, "header").is_some() == present(tag, "literal").is_some() {
            flaws.add(tag, "a tag is either of a header or a literal text", "keep one of header and literal");
        }
    }
}

fn zipkin(node: &Node, flaws: &mut Flaws<'_>) {
    let url = text(node, "url");
    if !address::is_url(url) {
        let at = present(node, "url").unwrap_or(node);
        flaws.add(at, format!("{url:?} is no URL"), "write it as http://host:9411/api/v2/spans");
    }
}

fn datadog(node: &Node, flaws: &mut Flaws<'_>) {
    let url = text(node, "url");
    let at = present(node, "url").unwrap_or(node);
    let help = "write it as http://host:8126";
    match address::url(url) {
        Some(parts) if parts.scheme.is_empty() => flaws.add(at, format!("{url:?} is no URL"), help),
        Some(parts) => {
            if parts.scheme != "http" {
                flaws.add(at, "agents of Datadog are called by http", help);
            }
            if !parts.port.is_some_and(address::is_port) {
                flaws.add(at, "the URL has no port from 1 to 65535", help);
            }
            if parts.user.is_some() || !parts.path.is_empty() || !parts.rest.is_empty() {
                flaws.add(at, "the URL has more than a host and a port", help);
            }
        }
        None => flaws.add(at, format!("{url:?} is no URL"), help),
    }
}

fn logs(spec: &Node, flaws: &mut Flaws<'_>) {
    for conf in confs(spec) {
        for backend in list(conf, "backends") {
            match (text(backend, "type"), present(backend, "file"), present(backend, "tcp")) {
                ("File", Some(file), _) if !address::is_file(text(file, "path")) => {
                    let at = present(file, "path").unwrap_or(file);
                    flaws.add(at, "it is no absolute path of a file", "write it as /dev/stdout");
                }
                ("Tcp", _, Some(tcp)) if !address::is_url(text(tcp, "address")) => {
                    let at = present(tcp, "address").unwrap_or(tcp);
                    flaws.add(at, format!("{:?} is no address", text(tcp, "address")), "write it as host:port");
                }
                _ => {}
            }
        }
    }
    endpoint_is_no_url(spec, flaws);
}

fn metrics(spec: &Node, flaws: &mut Flaws<'_>) {
    endpoint_is_no_url(spec, flaws);
}

/// A collector is named by host and port.
fn endpoint_is_no_url(spec: &Node, flaws: &mut Flaws<'_>) {
    for conf in confs(spec) {
        for node in walk(conf, "backends[].openTelemetry.endpoint") {
            if node.as_str().is_some_and(|it| it.contains(['/', '?', '#'])) {
                flaws.add(node, "a collector is named by its host and port, and by no URL", "write it as host:4317");
            }
        }
    }
}

fn health(spec: &Node, flaws: &mut Flaws<'_>) {
    for conf in confs(spec) {
        if let Some(node) = present(conf, "eventLogPath").filter(|node| !node.as_str().is_none_or(address::is_file)) {
            flaws.add(node, "it is no absolute path of a file", "write it as /tmp/health-check.log");
        }
        for node in walk(conf, "http.path").into_iter().filter(|node| node.is_empty()) {
            flaws.add(node, "the path is empty", "write it as /health, or remove it");
        }
    }
}

fn endpoints(spec: &Node, flaws: &mut Flaws<'_>) {
    // An extension has endpoints of its own kind.
    for endpoint in walk(spec, "endpoints[]").into_iter().filter(|_| present(spec, "extension").is_none()) {
        let text = text(endpoint, "address");
        if !address::is_host(text) {
            let at = present(endpoint, "address").unwrap_or(endpoint);
            flaws.add(at, format!("{text:?} is no IP address and no name"), "write it as 192.0.2.7 or example.com");
        }
    }
}

fn collector(spec: &Node, flaws: &mut Flaws<'_>) {
    let Some(endpoint) = present(spec, "endpoint") else { return };
    if let Some(node) = present(endpoint, "address").filter(|node| !node.as_str().is_none_or(address::is_host)) {
        flaws.add(node, "it is no IP address and no name", "write it as 192.0.2.7 or example.com");
    }
    let Some((node, path)) = present(endpoint, "path").and_then(|node| Some((node, node.as_str()?))) else { return };
    if path.is_empty() {
        return;
    }
    if matches!(text(spec, "protocol"), "" | "grpc") {
        flaws.add(node, "gRPC has no path", "remove path, or set protocol to http");
    } else if !path.starts_with('/') || path.contains(['?', '#']) {
        flaws.add(node, "it is no path: it begins with no slash, or has a query or a fragment", "write it as /path");
    }
}

fn external(spec: &Node, flaws: &mut Flaws<'_>) {
    let Some(networking) = present(spec, "networking") else {
        flaws.add(spec, "networking is missing", "add networking: { address: host:port }");
        return;
    };
    let text = text(networking, "address");
    let is_good =
        address::host_and_port(text).is_some_and(|(host, port)| address::is_host(host) && address::is_port(port));
    if !is_good {
        let at = present(networking, "address").unwrap_or(networking);
        flaws.add(at, format!("{text:?} is no host and port"), "write it as example.com:443");
    }
    for node in walk(networking, "tls.serverName").into_iter().filter(|node| node.is_empty()) {
        flaws.add(node, "the server name is empty", "name the server, or remove it");
    }
}
