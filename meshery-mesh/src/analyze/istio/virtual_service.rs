//! Where a VirtualService sends requests, and for whom.

use meshery_core::resource::{Node, Resource, Value};

use super::exports::Exports;

/// The gateway that means every sidecar.
const MESH: &str = "mesh";

/// Every destination: of routes, of mirrors, of TCP and TLS. A destination that is missing or null is none.
pub(in crate::analyze) fn destinations(service: &Resource) -> impl Iterator<Item = &Node> {
    let rules = move |protocol| service.root.at(&["spec", protocol]).into_iter().flat_map(Node::items);
    let routed = ["http", "tls", "tcp"].into_iter().flat_map(rules).flat_map(|rule| {
        let listed = ["route", "mirrors"].into_iter().filter_map(|key| rule.get(key)).flat_map(Node::items);
        listed.filter_map(|entry| entry.get("destination")).chain(rule.get("mirror"))
    });
    routed.filter(|destination| matches!(destination.value, Value::Map(_)))
}

/// The namespaces whose proxies use a VirtualService: those that it is exported to, and those of its gateways.
/// Exported to all, it stands for its own.
pub(in crate::analyze) fn clients(service: &Resource) -> Vec<&str> {
    let own = service.namespace_or_default();
    let mut clients = match Exports::of_spec(service) {
        Exports::All => vec![own],
        Exports::Only(names) => names,
    };
    let list = |key| service.root.at(&["spec", key]).map(Node::items).unwrap_or_default();
    // A VirtualService without hosts is a delegate: its exports are the routes that include it, not its clients.
    if list("hosts").is_empty() {
        clients.push(own);
    }
    let gateways = list("gateways").iter().filter_map(Node::as_str).filter(|gateway| *gateway != MESH);
    clients.extend(gateways.map(|gateway| gateway.split_once('/').map_or(own, |(namespace, _)| namespace)));
    clients.sort_unstable();
    clients.dedup();
    clients
}
