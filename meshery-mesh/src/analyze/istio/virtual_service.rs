//! Where a VirtualService sends requests, and for whom.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};

use super::exports::Exports;

/// The gateway that means every sidecar.
pub(in crate::analyze) const MESH: &str = "mesh";

/// The place of a destination, which may have been left empty.
#[derive(Clone, Copy)]
pub(in crate::analyze) struct Slot<'a> {
    /// The route or mirror that it belongs to.
    route: &'a Node,
    /// The destination, if there is one.
    pub(in crate::analyze) destination: Option<&'a Node>,
}

impl<'a> Slot<'a> {
    fn of_route(route: &'a Node) -> Self {
        let is_map = |node: &&Node| matches!(node.value, Value::Map(_));
        Self { route, destination: route.get("destination").filter(is_map) }
    }

    /// Its host; empty when it names none.
    pub(in crate::analyze) fn host(self) -> &'a str {
        self.text("host")
    }

    /// Its subset; empty when it names none.
    pub(in crate::analyze) fn subset(self) -> &'a str {
        self.text("subset")
    }

    /// Its port, if it names one.
    pub(in crate::analyze) fn port(self) -> Option<&'a Node> {
        self.destination?.get("port").filter(|port| port.value != Value::Null)
    }

    /// Where its host is, or should be.
    pub(in crate::analyze) fn place(self) -> &'a Node {
        self.field("host").or(self.destination).unwrap_or(self.route)
    }

    /// A field of the destination.
    pub(in crate::analyze) fn field(self, key: &str) -> Option<&'a Node> {
        self.destination?.get(key)
    }

    fn text(self, key: &str) -> &'a str {
        self.field(key).and_then(Node::as_str).unwrap_or_default()
    }
}

/// The place of every destination: of routes, of mirrors, of TCP and TLS.
pub(in crate::analyze) fn slots(service: &Resource) -> impl Iterator<Item = Slot<'_>> {
    let rules = move |protocol| service.items(&["spec", protocol]);
    ["tcp", "tls", "http"].into_iter().flat_map(rules).flat_map(move |rule| {
        let mirror = rule.get("mirror").filter(|mirror| matches!(mirror.value, Value::Map(_)));
        let mirror = mirror.map(|mirror| Slot { route: mirror, destination: Some(mirror) });
        listed(rule, "route").chain(listed(rule, "mirrors")).chain(mirror)
    })
}

fn listed<'a>(rule: &'a Node, key: &str) -> impl Iterator<Item = Slot<'a>> + use<'a> {
    rule.get(key).map(Node::items).unwrap_or_default().iter().map(Slot::of_route)
}

/// The place of every destination of HTTP routes, without mirrors, and the rule that it belongs to.
pub(in crate::analyze) fn http_slots(service: &Resource) -> impl Iterator<Item = (&Node, Slot<'_>)> {
    service.items(&["spec", "http"]).iter().flat_map(|http| listed(http, "route").map(move |slot| (http, slot)))
}

/// The weighted destinations of every rule, whatever its protocol.
pub(in crate::analyze) fn routes(service: &Resource) -> impl Iterator<Item = &[Node]> {
    let rules = ["http", "tcp", "tls"].into_iter().flat_map(|protocol| service.items(&["spec", protocol]));
    rules.filter_map(|rule| rule.get("route")).map(Node::items)
}

/// Every destination: of routes, of mirrors, of TCP and TLS. A destination that is missing or null is none.
pub(in crate::analyze) fn destinations(service: &Resource) -> impl Iterator<Item = &Node> {
    let rules = move |protocol| service.items(&["spec", protocol]);
    let routed = ["http", "tls", "tcp"].into_iter().flat_map(rules).flat_map(|rule| {
        let listed = ["route", "mirrors"].into_iter().filter_map(|key| rule.get(key)).flat_map(Node::items);
        listed.filter_map(|entry| entry.get("destination")).chain(rule.get("mirror"))
    });
    routed.filter(|destination| matches!(destination.value, Value::Map(_)))
}

/// The namespaces whose proxies use a VirtualService: those that it is exported to, and those of its gateways.
/// Exported to all, it stands for its own.
pub(in crate::analyze) fn clients(service: &Resource) -> Vec<Arc<str>> {
    let own: Arc<str> = service.namespace_or_default().into();
    let mut clients = match Exports::of_spec(service) {
        Exports::All => vec![own.clone()],
        Exports::Only(names) => names,
    };
    let list = |key| service.items(&["spec", key]);
    // A VirtualService without hosts is a delegate: its exports are the routes that include it, not its clients.
    if list("hosts").is_empty() {
        clients.push(own.clone());
    }
    let gateways = list("gateways").iter().filter_map(Node::as_str).filter(|gateway| *gateway != MESH);
    clients
        .extend(gateways.map(|gateway| gateway.split_once('/').map_or(own.clone(), |(namespace, _)| namespace.into())));
    clients.sort_unstable();
    clients.dedup();
    clients
}
