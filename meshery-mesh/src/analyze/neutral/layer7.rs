//! Policies over requests for ports that carry no requests that a proxy reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{Selector, World};

use super::Place;
use super::kinds::{
    CONSUL_INTENTIONS, CONSUL_SERVICE_DEFAULTS, LINKERD_AUTHORIZATION, LINKERD_HTTP_ROUTE, LINKERD_SERVER,
};
use super::place::{items, text};
use crate::analyze::kinds::{AUTHORIZATION_POLICY, HTTP_ROUTE};
use crate::analyze::kubernetes::{Port, Service, Services, Workloads};

/// Such a policy.
pub(in crate::analyze) struct Unread {
    pub(in crate::analyze) place: Place,
    pub(in crate::analyze) message: String,
    pub(in crate::analyze) help: &'static str,
    /// What says what the port carries.
    pub(in crate::analyze) port: Place,
}

/// Sorted by mesh.
const DIALECTS: [fn(&World) -> Vec<Unread>; 3] = [consul, istio, linkerd];

/// All of them.
pub(in crate::analyze) fn unread(world: &World) -> Vec<Unread> {
    DIALECTS.iter().flat_map(|dialect| dialect(world)).collect()
}

fn consul(world: &World) -> Vec<Unread> {
    let mut streams: BTreeMap<(&str, &str), Place> = BTreeMap::new();
    for defaults in world.of(CONSUL_SERVICE_DEFAULTS) {
        let node = defaults.root.at(&["spec", "protocol"]).filter(|node| node.as_str() == Some("tcp"));
        if let Some(node) = node {
            streams.insert((defaults.namespace_or_default(), &*defaults.name), Place::of(defaults, node));
        }
    }
    let mut found = Vec::new();
    for intentions in world.of(CONSUL_INTENTIONS) {
        let name = intentions.text(&["spec", "destination", "name"]).unwrap_or_default();
        let Some(port) = streams.get(&(intentions.namespace_or_default(), name)) else { continue };
        for source in intentions.items(&["spec", "sources"]) {
            let Some(node) = source.get("permissions").filter(|node| !node.items().is_empty()) else { continue };
            found.push(Unread {
                place: Place::of(intentions, node),
                message: format!("the service {name:?} is one of TCP, so that these permissions deny all calls"),
                help: "set the protocol of its ServiceDefaults to http, or give the source an action",
                port: port.clone(),
            });
        }
    }
    found
}

/// What a proxy of Istio does not read requests of, as a port's name begins or its application protocol says.
const STREAMS: [&str; 7] = ["https", "mongo", "mysql", "redis", "tcp", "tls", "udp"];
/// What a policy asks of requests, in an operation.
const OF_REQUEST: [&str; 6] = ["hosts", "methods", "notHosts", "notMethods", "notPaths", "paths"];

fn is_stream(port: &Port) -> bool {
    let said = port.app_protocol.as_deref().unwrap_or_else(|| port.name.split('-').next().unwrap_or_default());
    STREAMS.contains(&said.to_ascii_lowercase().as_str())
}

fn istio(world: &World) -> Vec<Unread> {
    let mut found = Vec::new();
    let (workloads, services) = (world.view::<Workloads>(), world.view::<Services>());
    for policy in world.of(AUTHORIZATION_POLICY) {
        let denies = match policy.text(&["spec", "action"]) {
            None | Some("ALLOW") => false,
            Some("DENY") => true,
            _ => continue,
        };
        let Some(selector) = policy.root.at(&["spec", "selector"]).map(Selector::of).filter(|it| !it.is_empty()) else {
            continue;
        };
        let namespace = policy.namespace_or_default();
        let mut serving: Vec<&Service> = Vec::new();
        for workload in workloads.selected(namespace, &selector) {
            serving.extend(services.selecting(namespace, &workload.labels));
        }
        if serving.is_empty() {
            continue;
        }
        let targets = policy.items(&["spec", "rules"]).iter().flat_map(|rule| items(rule, &["to"]));
        for operation in targets.filter_map(|to| to.get("operation")) {
            let Some(asked) = OF_REQUEST.iter().find_map(|key| operation.get(key).filter(|it| !it.is_empty())) else {
                continue;
            };
            let Some((service, port)) = only_streams(&serving, items(operation, &["ports"])) else { continue };
            let effect = if denies { "denies every call of the port" } else { "never allows a call of the port" };
            found.push(Unread {
                place: Place::of(policy, asked),
                message: format!(
                    "port {} carries no requests that the proxy reads, so that this {effect}",
                    port.number
                ),
                help: "ask for ports and principals alone, or name the port for the protocol that it carries",
                port: Place::of(&service.object, &port.node),
            });
        }
    }
    found
}

/// One of the ports that an operation is for, if all of those carry no requests that a proxy reads. It names ports of the
/// workloads, which are what Services send to.
fn only_streams<'a>(serving: &[&'a Service], asked: &[Node]) -> Option<(&'a Service, &'a Port)> {
    let ports = serving.iter().flat_map(|service| service.ports.iter().map(move |port| (*service, port)));
    let counts = |port: &Port| asked.is_empty() || asked.iter().any(|it| it.as_str() == Some(&*port.target));
    let mut first = None;
    for (service, port) in ports.filter(|(_, port)| counts(port)) {
        if !is_stream(port) {
            return None;
        }
        first = first.or(Some((service, port)));
    }
    first
}

fn linkerd(world: &World) -> Vec<Unread> {
    let mut found = Vec::new();
    for policy in world.of(LINKERD_AUTHORIZATION) {
        let Some(target) = policy.root.at(&["spec", "targetRef"]).filter(|it| text(it, &["kind"]) == Some("HTTPRoute"))
        else {
            continue;
        };
        let (namespace, name) = (policy.namespace_or_default(), text(target, &["name"]).unwrap_or_default());
        let kind = if text(target, &["group"]) == Some("policy.linkerd.io") { LINKERD_HTTP_ROUTE } else { HTTP_ROUTE };
        let Some(route) = world.get(kind, namespace, name) else { continue };
        if let Some((server, port)) = stream_of(world, route) {
            let server = &server.name;
            found.push(Unread {
                place: Place::of(policy, target),
                message: format!("the Server {server:?} of this route carries no requests that the proxy reads"),
                help: "target the Server itself, or set its proxyProtocol to what the port carries",
                port,
            });
        }
    }
    found
}

/// The Server that a route is for, if what it carries is not read; and where it says so.
fn stream_of<'a>(world: &'a World, route: &Resource) -> Option<(&'a Arc<Resource>, Place)> {
    let parents = route.items(&["spec", "parentRefs"]).iter().filter(|it| text(it, &["kind"]) == Some("Server"));
    let mut servers =
        parents.filter_map(|it| world.get(LINKERD_SERVER, route.namespace_or_default(), text(it, &["name"])?));
    servers.find_map(|server| {
        let node = server.root.at(&["spec", "proxyProtocol"])?;
        matches!(node.as_str(), Some("opaque" | "TLS")).then(|| (server, Place::of(server, node)))
    })
}
