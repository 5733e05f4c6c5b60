//! Policies over requests for ports that carry no requests that a proxy reads.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::Finding;
use meshery_core::resource::{Node, Resource};
use meshery_core::world::{Reach, Selector, World};

use super::Place;
use super::kinds::{
    CONSUL_INTENTIONS, CONSUL_SERVICE_DEFAULTS, LINKERD_AUTHORIZATION, LINKERD_HTTP_ROUTE, LINKERD_SERVER,
};
use super::place::{items, text};
use crate::analyze::kinds::{AUTHORIZATION_POLICY, HTTP_ROUTE};
use crate::analyze::kubernetes::{Port, SERVED, Service, Services, Workloads};

/// Such a policy.
pub(in crate::analyze) struct Unread {
    pub(in crate::analyze) place: Place,
    pub(in crate::analyze) message: String,
    pub(in crate::analyze) help: &'static str,
    /// What says what the port carries.
    pub(in crate::analyze) port: Place,
}

/// What there is to say of all of them.
pub(in crate::analyze) fn unread(world: &World, say: impl Fn(Unread) -> Finding) -> Vec<Finding> {
    let nearby = world.nearby(&SERVED);
    let (workloads, services) = (nearby.view::<Workloads>(), nearby.view::<Services>());
    let policy = |policy: &Arc<Resource>, _: &mut Reach| -> Vec<Finding> {
        istio(policy, &workloads, &services).into_iter().map(&say).collect()
    };
    let mut findings = nearby.each(&[AUTHORIZATION_POLICY], policy);
    findings.extend(consul(world).into_iter().chain(linkerd(world)).map(&say));
    findings
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

fn istio(policy: &Arc<Resource>, workloads: &Workloads, services: &Services) -> Vec<Unread> {
    let effect = match policy.text(&["spec", "action"]) {
        None | Some("ALLOW") => "never allows a call of the port",
        Some("DENY") => "denies every call of the port",
        _ => return Vec::new(),
    };
    let Some(selector) = policy.root.at(&["spec", "selector"]).map(Selector::of).filter(|it| !it.is_empty()) else {
        return Vec::new();
    };
    let namespace = policy.namespace_or_default();
    let selected = workloads.selected(namespace, &selector);
    let serving: Vec<&Service> =
        selected.flat_map(|workload| services.selecting(namespace, &workload.labels)).collect();
    let targets = policy.items(&["spec", "rules"]).iter().flat_map(|rule| items(rule, &["to"]));
    let unread = targets.filter_map(|to| to.get("operation")).filter_map(|operation| {
        let asked = OF_REQUEST.iter().find_map(|key| operation.get(key).filter(|it| !it.is_empty()))?;
        let (service, port) = only_streams(&serving, items(operation, &["ports"]))?;
        Some(Unread {
            place: Place::of(policy, asked),
            message: format!("port {} carries no requests that the proxy reads, so that this {effect}", port.number),
            help: "ask for ports and principals alone, or name the port for the protocol that it carries",
            port: Place::of(&service.object, &port.node),
        })
    });
    unread.collect()
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
