//! What gateways listen on.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::Span;
use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use super::kinds::CONSUL_INGRESS;
use super::place::{is_true, items, text};
use super::{Mesh, Place, routed};
use crate::analyze::istio::{Gateways, Server};
use crate::analyze::kinds::VIRTUAL_SERVICE;

/// What a listener speaks with clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Speaks {
    /// Requests in clear text.
    Http,
    /// TLS that ends here.
    Tls,
    /// Something else, or what it does not look into.
    Other,
}

/// A listener of a gateway.
pub(in crate::analyze) struct Listener {
    pub(in crate::analyze) mesh: Mesh,
    pub(in crate::analyze) object: Arc<Resource>,
    /// The whole entry.
    pub(in crate::analyze) node: Node,
    pub(in crate::analyze) port: i64,
    pub(in crate::analyze) speaks: Speaks,
    /// Its hosts, each with its place; none when it takes every host.
    pub(in crate::analyze) hosts: Vec<(Arc<str>, Span)>,
    /// What lets objects of every namespace claim every host of it.
    pub(in crate::analyze) open: Option<Span>,
    /// Whether clients are sent to TLS; `None` where that is not among the objects.
    pub(in crate::analyze) redirects: Option<bool>,
}

impl Listener {
    /// Where its port is said.
    pub(in crate::analyze) fn place(&self) -> Place {
        let port = self.node.get("port");
        let port = port.map(|port| port.get("number").unwrap_or(port));
        Place::of(&self.object, port.unwrap_or(&self.node))
    }

    /// Whether both of them take a host.
    pub(in crate::analyze) fn shares_host(&self, other: &Self) -> bool {
        if self.hosts.is_empty() || other.hosts.is_empty() {
            return true;
        }
        let fits = |a: &str, b: &str| a == b || a == "*" || a.strip_prefix('*').is_some_and(|end| b.ends_with(end));
        let mut pairs = self.hosts.iter().flat_map(|(a, _)| other.hosts.iter().map(move |(b, _)| (a, b)));
        pairs.any(|(a, b)| fits(a, b) || fits(b, a))
    }
}

/// The listeners of all gateways that take in calls from outside, those of one gateway together.
pub(in crate::analyze) struct Listeners(Vec<Listener>);

/// Sorted by mesh.
const DIALECTS: [fn(&World) -> Vec<Listener>; 4] = [consul, routed::gateway_api, istio, routed::kuma];

impl View for Listeners {
    fn of(world: &World) -> Self {
        Self(DIALECTS.iter().flat_map(|dialect| dialect(world)).collect())
    }
}

impl Listeners {
    /// All of them.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Listener> {
        self.0.iter()
    }

    /// Those of each gateway.
    pub(in crate::analyze) fn by_gateway(&self) -> impl Iterator<Item = &[Listener]> {
        self.0.chunk_by(|a, b| Arc::ptr_eq(&a.object, &b.object))
    }
}

fn consul(world: &World) -> Vec<Listener> {
    let mut found = Vec::new();
    for gateway in world.of(CONSUL_INGRESS) {
        let all = is_true(&gateway.root, &["spec", "tls", "enabled"]) || sds(&gateway.root, &["spec", "tls"]);
        for node in gateway.items(&["spec", "listeners"]) {
            let own = node.at(&["tls", "enabled"]).and_then(Node::as_bool);
            let tls = own.unwrap_or(all) || sds(node, &["tls"]);
            let speaks = match text(node, &["protocol"]) {
                _ if tls => Speaks::Tls,
                Some("http" | "http2" | "grpc") => Speaks::Http,
                _ => Speaks::Other,
            };
            let hosts = items(node, &["services"]).iter().flat_map(|service| items(service, &["hosts"]));
            found.push(Listener {
                mesh: Mesh::Consul,
                object: Arc::clone(gateway),
                node: node.clone(),
                port: number(node),
                speaks,
                hosts: hosts.filter_map(|host| Some((host.as_str()?.into(), host.span))).collect(),
                open: None,
                redirects: None,
            });
        }
    }
    found
}

/// Whether certificates come from a service for them.
fn sds(node: &Node, path: &[&str]) -> bool {
    node.at(path).and_then(|tls| tls.at(&["sds", "certResource"])).is_some_and(|name| !name.is_empty())
}

/// The port of a listener; 0 when it has none.
pub(super) fn number(node: &Node) -> i64 {
    node.get("port").and_then(Node::as_int).unwrap_or_default()
}

fn istio(world: &World) -> Vec<Listener> {
    // Gateways whose VirtualServices send clients to TLS themselves.
    let mut sending: BTreeSet<(String, String)> = BTreeSet::new();
    for service in world.of(VIRTUAL_SERVICE) {
        let to_tls = |http: &Node| text(http, &["redirect", "scheme"]) == Some("https");
        if service.items(&["spec", "http"]).iter().any(to_tls) {
            let own = service.namespace_or_default();
            sending.extend(service.items(&["spec", "gateways"]).iter().filter_map(Node::as_str).map(|name| {
                let (namespace, name) = name.split_once('/').unwrap_or((own, name));
                (namespace.to_owned(), name.to_owned())
            }));
        }
    }
    let mut found = Vec::new();
    for gateway in world.view::<Gateways>().all() {
        let is_within = |value: &str| value.contains("egress") || value.contains("eastwest");
        if gateway.selector.equal.iter().any(|(_, value)| is_within(value)) {
            continue;
        }
        let name = (gateway.object.namespace_or_default().to_owned(), gateway.object.name.to_string());
        let sends = sending.contains(&name);
        for server in &gateway.servers {
            found.push(of_server(&gateway.object, server, sends));
        }
    }
    found
}

fn of_server(object: &Arc<Resource>, server: &Server, sends: bool) -> Listener {
    let speaks = match &*server.protocol() {
        _ if server.terminates() => Speaks::Tls,
        "HTTP" | "HTTP2" | "GRPC" | "GRPC-WEB" => Speaks::Http,
        _ => Speaks::Other,
    };
    let mut open = None;
    let hosts = server.hosts().map(|(host, node)| {
        // What stands before the slash is the namespace that may claim it.
        let (namespace, host) = host.split_once('/').unwrap_or(("*", host));
        if (namespace, host) == ("*", "*") {
            open = Some(node.span);
        }
        (Arc::<str>::from(host), node.span)
    });
    let hosts: Vec<(Arc<str>, Span)> = hosts.collect();
    let says = server.tls.as_ref().is_some_and(|tls| is_true(tls, &["httpsRedirect"]));
    Listener {
        mesh: Mesh::Istio,
        object: Arc::clone(object),
        node: server.node.clone(),
        port: server.number,
        speaks,
        hosts,
        open,
        redirects: Some(says || sends),
    }
}
