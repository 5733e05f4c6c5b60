//! The hosts that a mesh knows: of Services, and of ServiceEntries.

use std::collections::BTreeMap;

use meshery_core::resource::{Node, Resource, Snapshot};

use super::NETWORKING;
use super::exports::Exports;
use super::host::{CLUSTER_DOMAIN, Host};

/// Services that a cluster with Istio has though no file declares them: the API server's own, and the one that the
/// default mesh configuration takes for the ingress gateway.
const GIVEN: [(&str, &str); 2] = [("kubernetes", "default"), ("istio-ingressgateway", "istio-system")];

/// The hosts of a snapshot.
pub(in crate::analyze) struct Registry<'a> {
    services: BTreeMap<&'a str, BTreeMap<&'a str, Exports<'a>>>,
    exact: BTreeMap<&'a str, Vec<Entry<'a>>>,
    wildcards: Vec<(&'a str, Entry<'a>)>,
}

/// Who declares a host, and for whom.
struct Entry<'a> {
    object: &'a Resource,
    exports: Exports<'a>,
}

impl Entry<'_> {
    fn is_catch_all(&self) -> bool {
        let hosts = self.object.root.at(&["spec", "hosts"]).map(Node::items).unwrap_or_default();
        hosts.iter().any(|host| host.as_str() == Some("*"))
    }
}

/// What a mesh knows of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Visibility {
    /// Nobody has it.
    Unknown,
    /// This object, `Kind namespace/name`, has it, and exports it to none of those who look.
    Hidden(String),
    /// It may be used.
    Visible,
}

impl<'a> Registry<'a> {
    /// Collects the hosts of a snapshot.
    pub(in crate::analyze) fn new(snapshot: &'a Snapshot) -> Self {
        let mut registry = Self { services: BTreeMap::new(), exact: BTreeMap::new(), wildcards: Vec::new() };
        for service in snapshot.of("", "Service") {
            let namespace = service.namespace_or_default();
            registry.services.entry(namespace).or_default().insert(&service.name, Exports::of_service(service));
        }
        for entry in snapshot.of(NETWORKING, "ServiceEntry") {
            registry.add_entry(entry);
        }
        registry
    }

    fn add_entry(&mut self, object: &'a Resource) {
        let exports = Exports::of_spec(object);
        let hosts = object.root.at(&["spec", "hosts"]).map(Node::items).unwrap_or_default();
        for host in hosts.iter().filter_map(Node::as_str) {
            let entry = Entry { object, exports: exports.clone() };
            match host.strip_prefix('*') {
                Some(suffix) => self.wildcards.push((suffix, entry)),
                None => self.exact.entry(host).or_default().push(entry),
            }
        }
    }

    /// What clients in these namespaces can know of a host.
    pub(in crate::analyze) fn look_up(&self, host: Host<'_>, clients: &[&str]) -> Visibility {
        let reaches = |exports: &Exports<'_>| clients.iter().any(|client| exports.reach(client));
        let service = host.as_service().and_then(|name| self.service(host, name));
        let given = host.as_service().is_some_and(|name| GIVEN.contains(&name));
        let entries: Vec<&Entry<'_>> = self.entries(host).collect();
        if given || service.is_some_and(reaches) || entries.iter().any(|entry| reaches(&entry.exports)) {
            return Visibility::Visible;
        }
        // Of a `*` that is hidden nobody would say that it has the host.
        let hidden = entries.iter().find(|entry| !entry.is_catch_all());
        match (service, host.as_service(), hidden) {
            (Some(_), Some((name, namespace)), _) => Visibility::Hidden(format!("Service {namespace}/{name}")),
            (_, _, Some(entry)) => Visibility::Hidden(entry.object.to_string()),
            _ => Visibility::Unknown,
        }
    }

    /// Whether the snapshot has any Service of this namespace, so that one that is missing may be called missing.
    pub(in crate::analyze) fn covers(&self, namespace: &str) -> bool {
        self.services.contains_key(namespace)
    }

    /// The Services of a namespace, sorted.
    pub(in crate::analyze) fn services(&self, namespace: &str) -> impl Iterator<Item = &'a str> {
        self.services.get(namespace).into_iter().flat_map(BTreeMap::keys).copied()
    }

    /// The namespaces that have a Service of this name, sorted.
    pub(in crate::analyze) fn namespaces_with(&self, service: &str) -> impl Iterator<Item = &'a str> {
        let having = self.services.iter().filter(move |(_, services)| services.contains_key(service));
        having.map(|(namespace, _)| *namespace)
    }

    /// The hosts of ServiceEntries that are no wildcards, sorted.
    pub(in crate::analyze) fn entry_hosts(&self) -> impl Iterator<Item = &'a str> {
        self.exact.keys().copied()
    }

    fn service(&self, host: Host<'_>, (name, namespace): (&str, &str)) -> Option<&Exports<'a>> {
        let foreign = matches!(host, Host::Service { domain, .. } if domain != CLUSTER_DOMAIN);
        self.services.get(namespace)?.get(name).filter(|_| !foreign)
    }

    /// The ServiceEntries that have a host, by its full name, by itself, or by a wildcard.
    fn entries(&self, host: Host<'_>) -> impl Iterator<Item = &Entry<'a>> {
        let full = host.to_string();
        let short = host.as_service().filter(|_| matches!(host, Host::Service { domain: CLUSTER_DOMAIN, .. }));
        let own = short.and_then(|(name, namespace)| Some((self.exact.get(name)?, namespace)));
        let own = own.into_iter().flat_map(|(entries, namespace)| {
            entries.iter().filter(move |entry| entry.object.namespace_or_default() == namespace).collect::<Vec<_>>()
        });
        let exact = self.exact.get(full.as_str()).into_iter().flatten();
        let wild = self.wildcards.iter().filter(move |(suffix, _)| full.trim_start_matches('*').ends_with(suffix));
        exact.chain(own).chain(wild.map(|(_, entry)| entry))
    }
}
