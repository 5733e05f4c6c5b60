//! The hosts that a mesh knows: of Services, and of ServiceEntries.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use super::exports::Exports;
use super::host::{CLUSTER_DOMAIN, Host};
use crate::analyze::kinds::{SERVICE, SERVICE_ENTRY};

/// Services that a cluster with Istio has though no file declares them: the API server's own, and the one that the
/// default mesh configuration takes for the ingress gateway.
const GIVEN: [(&str, &str); 2] = [("kubernetes", "default"), ("istio-ingressgateway", "istio-system")];

/// The hosts of a world.
pub(in crate::analyze) struct Registry {
    /// By namespace and name.
    services: BTreeMap<Arc<str>, BTreeMap<Arc<str>, Entry>>,
    exact: BTreeMap<Arc<str>, Vec<Entry>>,
    /// By what follows the `*`.
    wildcards: BTreeMap<Arc<str>, Vec<Entry>>,
    closed: bool,
}

/// Who declares a host, and for whom.
#[derive(Clone)]
struct Entry {
    object: Arc<Resource>,
    exports: Exports,
}

impl Entry {
    fn is_catch_all(&self) -> bool {
        self.object.items(&["spec", "hosts"]).iter().any(|host| host.as_str() == Some("*"))
    }
}

/// What a mesh knows of a host.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::analyze) enum Visibility {
    /// Nobody has it.
    Unknown,
    /// This object has it, and exports it to none of those who look.
    Hidden(Arc<Resource>),
    /// It may be used.
    Visible,
}

impl View for Registry {
    fn of(world: &World) -> Self {
        let mut services: BTreeMap<Arc<str>, BTreeMap<_, _>> = BTreeMap::new();
        for service in world.of(SERVICE) {
            let of_namespace = services.entry(service.namespace_or_default().into()).or_default();
            let entry = Entry { object: Arc::clone(service), exports: Exports::of_service(service) };
            of_namespace.insert(Arc::clone(&service.name), entry);
        }
        let (exact, wildcards) = (BTreeMap::new(), BTreeMap::new());
        let mut registry = Self { services, exact, wildcards, closed: world.settings().closed };
        world.of(SERVICE_ENTRY).iter().for_each(|entry| registry.add_entry(entry));
        registry
    }
}

impl Registry {
    fn add_entry(&mut self, object: &Arc<Resource>) {
        let entry = Entry { object: Arc::clone(object), exports: Exports::of_spec(object) };
        for host in object.items(&["spec", "hosts"]).iter().filter_map(Node::as_str) {
            let (table, host) = match host.strip_prefix('*') {
                Some(suffix) => (&mut self.wildcards, suffix),
                None => (&mut self.exact, host),
            };
            table.entry(host.into()).or_default().push(entry.clone());
        }
    }

    /// What clients in these namespaces can know of a host.
    pub(in crate::analyze) fn look_up(&self, host: Host<'_>, clients: &[Arc<str>]) -> Visibility {
        let reaches = |entry: &Entry| clients.iter().any(|client| entry.exports.reach(client));
        let service = host.as_service().and_then(|name| self.service(host, name));
        let given = host.as_service().is_some_and(|name| GIVEN.contains(&name));
        if given || service.is_some_and(reaches) {
            return Visibility::Visible;
        }
        let entries = self.entries(host);
        if entries.iter().any(|entry| reaches(entry)) {
            return Visibility::Visible;
        }
        // Of a `*` that is hidden nobody would say that it has the host.
        let hidden = service.or_else(|| entries.into_iter().find(|entry| !entry.is_catch_all()));
        hidden.map_or(Visibility::Unknown, |entry| Visibility::Hidden(Arc::clone(&entry.object)))
    }

    /// The objects that have a host and export it to clients in one of these namespaces.
    pub(in crate::analyze) fn holders(&self, host: Host<'_>, clients: &[Arc<str>]) -> Vec<&Arc<Resource>> {
        let service = host.as_service().and_then(|name| self.service(host, name));
        let entries = service.into_iter().chain(self.entries(host));
        let reached = entries.filter(|entry| clients.iter().any(|client| entry.exports.reach(client)));
        reached.map(|entry| &entry.object).collect()
    }

    /// Whether there are no hosts beside these.
    pub(in crate::analyze) fn is_all(&self) -> bool {
        self.closed
    }

    /// Whether the world has any Service of this namespace, so that one that is missing may be called missing.
    pub(in crate::analyze) fn covers(&self, namespace: &str) -> bool {
        self.closed || self.services.contains_key(namespace)
    }

    /// The Services of a namespace, sorted.
    pub(in crate::analyze) fn services(&self, namespace: &str) -> impl Iterator<Item = &str> {
        self.services.get(namespace).into_iter().flat_map(BTreeMap::keys).map(|name| &**name)
    }

    /// The namespaces that have a Service of this name, sorted.
    pub(in crate::analyze) fn namespaces_with(&self, service: &str) -> impl Iterator<Item = &str> {
        let having = self.services.iter().filter(move |(_, services)| services.contains_key(service));
        having.map(|(namespace, _)| &**namespace)
    }

    /// The hosts of ServiceEntries that are no wildcards, sorted.
    pub(in crate::analyze) fn entry_hosts(&self) -> impl Iterator<Item = &str> {
        self.exact.keys().map(|host| &**host)
    }

    fn service(&self, host: Host<'_>, (name, namespace): (&str, &str)) -> Option<&Entry> {
        let foreign = matches!(host, Host::Service { domain, .. } if domain != CLUSTER_DOMAIN);
        self.services.get(namespace)?.get(name).filter(|_| !foreign)
    }

    /// The ServiceEntries that have a host, by its full name, by itself, or by a wildcard.
    fn entries(&self, host: Host<'_>) -> Vec<&Entry> {
        if self.exact.is_empty() && self.wildcards.is_empty() {
            return Vec::new();
        }
        let full = host.to_string();
        let mut found: Vec<&Entry> = self.exact.get(full.as_str()).into_iter().flatten().collect();
        if let Host::Service { name, namespace, domain: CLUSTER_DOMAIN } = host {
            let short = self.exact.get(name).into_iter().flatten();
            found.extend(short.filter(|entry| entry.object.namespace_or_default() == namespace));
        }
        let bare = full.trim_start_matches('*');
        let suffixes = bare.char_indices().filter_map(|(at, c)| (c == '.').then(|| bare.get(at..)).flatten());
        let suffixes = suffixes.chain(["", bare]);
        found.extend(suffixes.filter_map(|suffix| self.wildcards.get(suffix)).flatten());
        found
    }
}

/// The ports that a Service or ServiceEntry has, in its order.
pub(in crate::analyze) fn offered_ports(holder: &Resource) -> Vec<i64> {
    let key = if holder.kind() == SERVICE { "port" } else { "number" };
    let ports = holder.items(&["spec", "ports"]).iter().filter_map(|port| port.get(key)?.as_int());
    ports.collect()
}
