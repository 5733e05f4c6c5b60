//! MSH524 `kuma-dataplane-invalid`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, Tags, list, of_kinds, present, tags, text, walk};
use crate::analyze::values::address;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH524",
    name: "kuma-dataplane-invalid",
    summary: "The networking of a Dataplane contradicts itself",
    why: "
A Dataplane has an address that others can call, and takes requests at its inbounds unless it is a gateway, which has none. An
inbound cannot hand requests to the very address and port that it takes them at, and an outbound is of a backend or of tags,
never of both. The control plane refuses the Dataplane.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: Dataplane
metadata: { name: web, namespace: shop }
mesh: default
spec: { networking: { address: 0.0.0.0, inbound: [{ port: 80, tags: { kuma.io/service: web } }] } }",
    good: "
apiVersion: kuma.io/v1alpha1
kind: Dataplane
metadata: { name: web, namespace: shop }
mesh: default
spec: { networking: { address: 192.0.2.7, inbound: [{ port: 80, tags: { kuma.io/service: web } }] } }",
    references: &["https://kuma.io/docs/latest/production/dp-config/dpp/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// What an outbound may lead to.
const BACKENDS: [&str; 3] = ["MeshExternalService", "MeshMultiZoneService", "MeshService"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    of_kinds(world, rule, &["Dataplane"], check)
}

fn check(spec: &Node, flaws: &mut Flaws<'_>) {
    let Some(networking) = present(spec, "networking") else {
        flaws.add(spec, "networking is missing", "add networking");
        return;
    };
    let own = text(networking, "address");
    let at = present(networking, "address").unwrap_or(networking);
    if own.is_empty() {
        flaws.add(at, "the proxy has no address", "add networking.address");
    } else if matches!(own, "0.0.0.0" | "::") {
        flaws.add(at, "this address cannot be called", "use the address of the proxy");
    } else if !address::is_host(own) {
        flaws.add(at, format!("{own:?} is no IP address and no name"), "write it as 192.0.2.7 or example.com");
    }
    let inbounds = list(networking, "inbound");
    gateway(networking, flaws);
    for inbound in inbounds {
        inbound_of(inbound, own, flaws);
    }
    for outbound in list(networking, "outbound") {
        outbound_of(outbound, flaws);
    }
    administered(networking, own, flaws);
    for node in walk(networking, "transparentProxying.reachableBackends.refs[]") {
        reachable(node, flaws);
    }
    for node in walk(spec, "probes.endpoints[]") {
        for name in ["inboundPath", "path"].iter().filter(|name| !text(node, name).starts_with('/')) {
            flaws.add(present(node, name).unwrap_or(node), format!("{name} is no path"), "write it as /path");
        }
    }
}

/// The port for administration is on the loopback address, where nothing else may be that the proxy listens on or calls.
fn administered(networking: &Node, own: &str, flaws: &mut Flaws<'_>) {
    let number = |node: &Node, name: &str| present(node, name).and_then(Node::as_int).unwrap_or(0);
    let is_loopback = |address: &str| matches!(address, "127.0.0.1" | "0.0.0.0");
    let or = |text: &'_ str, other: &'_ str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
    for admin in walk(networking, "admin.port") {
        let Some(port) = admin.as_int().filter(|port| *port != 0) else { continue };
        let takes = |inbound: &Node| {
            let listens = or(text(inbound, "address"), own);
            let serves = or(text(inbound, "serviceAddress"), &listens);
            let service_port = Some(number(inbound, "servicePort")).filter(|port| *port != 0);
            number(inbound, "port") == port && is_loopback(&listens)
                || service_port.unwrap_or(number(inbound, "port")) == port && is_loopback(&serves)
        };
        let leads = |outbound: &Node| {
            number(outbound, "port") == port && is_loopback(&or(text(outbound, "address"), "127.0.0.1"))
        };
        if list(networking, "inbound").iter().any(takes) {
            flaws.add(admin, "an inbound has the same port of this address", "use a port of its own");
        } else if list(networking, "outbound").iter().any(leads) {
            flaws.add(admin, "an outbound has the same port of this address", "use a port of its own");
        }
    }
}

fn gateway(networking: &Node, flaws: &mut Flaws<'_>) {
    let gateway = present(networking, "gateway");
    let has = |name: &str| present(networking, name).filter(|it| !it.is_empty());
    let Some(gateway) = gateway else {
        // Kuma 3 has listeners of zones, which take no requests of the mesh.
        if has("inbound").is_none() && has("listeners").is_none() {
            flaws.add(networking, "the proxy takes no requests, and is no gateway", "add inbound or gateway");
        }
        return;
    };
    if let Some(node) = has("inbound") {
        flaws.add(node, "a gateway has no inbounds", "remove inbound");
    }
    if let Some(node) = has("outbound").filter(|_| text(gateway, "type") == "BUILTIN") {
        flaws.add(node, "a builtin gateway has no outbounds", "remove outbound");
    }
    let wanted = Tags { service: true, ..Tags::default() };
    if let Some(map) = present(gateway, "tags") {
        tags(Some(map), gateway, wanted, flaws);
        if let Some(node) = present(map, "kuma.io/protocol").filter(|node| node.as_str() != Some("tcp")) {
            flaws.add(node, "the protocol of a gateway is tcp", "remove the tag");
        }
    }
}

fn inbound_of(inbound: &Node, own: &str, flaws: &mut Flaws<'_>) {
    let number = |name: &str| present(inbound, name).and_then(Node::as_int).unwrap_or(0);
    let (port, service_port) = (number("port"), number("servicePort"));
    for name in ["address", "serviceAddress"] {
        if let Some(node) =
            present(inbound, name).filter(|node| !node.is_empty() && !node.as_str().is_none_or(address::is_ip))
        {
            flaws.add(node, format!("{name} is no IP address"), "write it as 192.0.2.7");
        }
    }
    let (listens, serves) = (text(inbound, "address"), text(inbound, "serviceAddress"));
    let is_loop = service_port == 0 || service_port == port;
    if !serves.is_empty() && is_loop && (serves == own || serves == listens) {
        let at = present(inbound, "serviceAddress").unwrap_or(inbound);
        flaws.add(at, "requests are handed to where they are taken", "set another servicePort or serviceAddress");
    }
    let Some(map) = present(inbound, "tags") else { return };
    tags(Some(map), inbound, Tags::default(), flaws);
    let known = ["tcp", "tls", "http", "http2", "grpc", "kafka", "mysql"];
    if let Some(node) = present(map, "kuma.io/protocol") {
        let protocol = node.as_str().unwrap_or_default().to_ascii_lowercase();
        if !protocol.is_empty() && !known.contains(&protocol.as_str()) {
            flaws.add(
                node,
                format!("{protocol:?} is no protocol that Kuma knows"),
                format!("use one of {}", known.join(", ")),
            );
        }
    }
}

fn outbound_of(outbound: &Node, flaws: &mut Flaws<'_>) {
    if let Some(node) =
        present(outbound, "address").filter(|node| !node.is_empty() && !node.as_str().is_none_or(address::is_ip))
    {
        flaws.add(node, "address is no IP address", "write it as 192.0.2.7");
    }
    let map = present(outbound, "tags").filter(|map| !map.is_empty());
    let is_old = map.is_some() || !text(outbound, "service").is_empty();
    let Some(backend) = present(outbound, "backendRef") else {
        if !is_old {
            flaws.add(outbound, "the outbound leads nowhere", "add backendRef");
        }
        if let Some(map) = map {
            tags(Some(map), outbound, Tags { service: true, ..Tags::default() }, flaws);
        }
        return;
    };
    if is_old {
        flaws.add(outbound, "the outbound leads to a backend and to tags", "keep backendRef");
    }
    let kind = text(backend, "kind");
    if !BACKENDS.contains(&kind) {
        let at = present(backend, "kind").unwrap_or(backend);
        flaws.add(
            at,
            format!("an outbound cannot lead to the kind {kind:?}"),
            format!("use one of {}", BACKENDS.join(", ")),
        );
    }
    if text(backend, "name").is_empty() && present(backend, "labels").is_none_or(Node::is_empty) {
        flaws.add(backend, "no backend is chosen", "add name or labels");
    }
    let port = present(backend, "port").and_then(Node::as_int).unwrap_or(0);
    if kind != "MeshExternalService" && !(1..=65535).contains(&port) {
        flaws.add(present(backend, "port").unwrap_or(backend), "the backend has no port from 1 to 65535", "set port");
    }
}

fn reachable(node: &Node, flaws: &mut Flaws<'_>) {
    let (kind, name, namespace) = (text(node, "kind"), text(node, "name"), text(node, "namespace"));
    let labels = present(node, "labels").filter(|labels| !labels.is_empty());
    if !BACKENDS.contains(&kind) {
        let at = present(node, "kind").unwrap_or(node);
        flaws.add(at, format!("the kind {kind:?} is nothing to reach"), format!("use one of {}", BACKENDS.join(", ")));
    }
    match labels {
        Some(labels) if !name.is_empty() || !namespace.is_empty() => {
            flaws.add(
                labels,
                "there are labels beside a name or a namespace",
                "choose by labels, or by name and namespace",
            );
        }
        None if name.is_empty() => flaws.add(node, "no backend is chosen", "add name or labels"),
        _ => {}
    }
}
