//! Hosts and namespaces as istioctl's analyzers take them, which is not in everything as istiod does.

use std::collections::HashMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::{View, World};

use crate::analyze::kinds::{SERVICE, SERVICE_ENTRY};

/// The scope of what is exported to all namespaces.
const EVERYWHERE: &str = "*";
/// How the full names of Services end.
const SUFFIX: &str = ".svc.cluster.local";

/// An object's namespace; one that names none is in none, not in `default`.
pub(in crate::analyze) fn told_namespace(object: &Resource) -> &str {
    object.namespace.as_deref().unwrap_or_default()
}

/// A host's full name: one without a dot means a Service of the namespace.
pub(in crate::analyze) fn full_host(host: &str, namespace: &str) -> String {
    if host.starts_with('*') || host.contains('.') { host.into() } else { format!("{host}.{namespace}{SUFFIX}") }
}

/// The namespace and name of the Service that a host means: of this namespace, unless it is a Service's full name.
pub(in crate::analyze) fn service_named<'a>(host: &'a str, namespace: &'a str) -> (&'a str, &'a str) {
    let full = host.strip_suffix(SUFFIX).and_then(|start| start.rsplit_once('.'));
    match full.filter(|(name, namespace)| !name.is_empty() && !namespace.is_empty()) {
        Some((name, namespace)) => (namespace, name),
        None => (namespace, host),
    }
}

/// A number, which JSON of protocol buffers may also write as text; zero for anything else.
pub(in crate::analyze) fn number(node: Option<&Node>) -> i64 {
    match node.map(|node| &node.value) {
        Some(Value::Int(number)) => *number,
        Some(Value::Text(text)) => text.parse().unwrap_or_default(),
        _ => 0,
    }
}

type Ports = Arc<[i64]>;

/// The ports of every known host.
pub(in crate::analyze) struct KnownHosts {
    /// By who may use them, and by name.
    scopes: HashMap<Arc<str>, HashMap<String, Ports>>,
}

impl View for KnownHosts {
    fn of(world: &World) -> Self {
        let mut known = Self { scopes: HashMap::new() };
        world.of(SERVICE_ENTRY).iter().for_each(|entry| known.add_entry(entry));
        // A Service takes the place of a ServiceEntry that has its host.
        world.of(SERVICE).iter().for_each(|service| known.add_service(service));
        known
    }
}

impl KnownHosts {
    fn add_entry(&mut self, entry: &Resource) {
        let own = told_namespace(entry);
        let ports = ports(entry, "number");
        let exports = entry.items(&["spec", "exportTo"]).iter().filter_map(Node::as_str);
        let mut scopes: Vec<&str> = exports.map(|scope| if scope == "." { own } else { scope }).collect();
        if scopes.is_empty() || scopes.contains(&EVERYWHERE) {
            scopes = vec![EVERYWHERE];
        }
        for host in entry.items(&["spec", "hosts"]).iter().filter_map(Node::as_str) {
            for scope in &scopes {
                self.add(scope, full_host(host, own), &ports);
            }
        }
    }

    fn add_service(&mut self, service: &Resource) {
        let own = told_namespace(service);
        let ports = ports(service, "port");
        let exports = service.annotation("networking.istio.io/exportTo").unwrap_or_default();
        let exports = if exports.is_empty() { EVERYWHERE } else { exports };
        for scope in exports.split(',').map(str::trim) {
            self.add(if scope == "." { own } else { scope }, full_host(&service.name, own), &ports);
        }
    }

    fn add(&mut self, scope: &str, host: String, ports: &Ports) {
        self.scopes.entry(scope.into()).or_default().insert(host, Arc::clone(ports));
    }

    /// The ports of a host that a VirtualService names, if it is known.
    pub(in crate::analyze) fn ports(&self, service: &Resource, host: &str) -> Option<&[i64]> {
        let own = told_namespace(service);
        let full = full_host(host, own);
        let exports = service.items(&["spec", "exportTo"]).iter().filter_map(Node::as_str);
        let mut scopes: Vec<&str> = exports.map(|scope| if scope == "." { own } else { scope }).collect();
        if scopes.is_empty() {
            scopes.push(own);
        }
        let exact = [EVERYWHERE].into_iter().chain(scopes).find_map(|scope| self.scopes.get(scope)?.get(&full));
        exact.or_else(|| self.by_wildcard(host, own)).map(|ports| &**ports)
    }

    fn by_wildcard(&self, host: &str, own: &str) -> Option<&Ports> {
        let bare = host.strip_prefix('*').unwrap_or(host);
        let ends = bare.char_indices().map(|(at, _)| at).chain([bare.len()]);
        let wildcards: Vec<String> = ends.filter_map(|at| Some(format!("*{}", bare.get(at..)?))).collect();
        let scopes = [EVERYWHERE, own].into_iter().filter_map(|scope| self.scopes.get(scope));
        scopes.flat_map(|hosts| wildcards.iter().filter_map(|wildcard| hosts.get(wildcard))).next()
    }
}

fn ports(object: &Resource, key: &str) -> Ports {
    object.items(&["spec", "ports"]).iter().map(|port| number(port.get(key))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_host_is_of_the_namespace() {
        assert_eq!(full_host("reviews", "shop"), "reviews.shop.svc.cluster.local");
        assert_eq!(full_host("*", "shop"), "*");
        assert_eq!(service_named("reviews.shop.svc.cluster.local", "any"), ("shop", "reviews"));
        assert_eq!(service_named("reviews.shop", "any"), ("any", "reviews.shop"));
    }
}
