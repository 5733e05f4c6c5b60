//! The subsets that DestinationRules make of hosts.

use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::{Facet, Facets, Settings, View, World};

use super::by_host::ByHost;
use super::exports::Exports;
use super::host::{CLUSTER_DOMAIN, Host};
use crate::analyze::kinds::DESTINATION_RULE;

/// The subsets of hosts.
pub(in crate::analyze) struct Subsets(ByHost<Arc<Entry>>);

struct Entry {
    rule: Arc<Resource>,
    /// In full.
    host: String,
    exports: Exports,
    names: Vec<Arc<str>>,
}

impl Facet for Entry {
    const KINDS: &'static [Kind<'static>] = &[DESTINATION_RULE];

    fn of(rule: &Arc<Resource>, _: &Settings) -> Option<Self> {
        let host = key(rule.text(&["spec", "host"])?, rule.namespace_or_default());
        let (exports, names) = (Exports::of_spec(rule), names(rule).map(Arc::from).collect());
        Some(Self { rule: Arc::clone(rule), host, exports, names })
    }
}

impl View for Subsets {
    fn of(world: &World) -> Self {
        let mut hosts = ByHost::default();
        for (_, entry) in world.view::<Facets<Entry>>().iter() {
            hosts.add(entry.host.clone(), Arc::clone(entry));
        }
        Self(hosts)
    }
}

impl Subsets {
    /// Whether a DestinationRule of a host in full that is exported to one of these namespaces defines a subset.
    pub(in crate::analyze) fn has(&self, host: &str, subset: &str, clients: &[Arc<str>]) -> bool {
        let mut exported = self.0.of(host).filter(|entry| clients.iter().any(|client| entry.exports.reach(client)));
        exported.any(|entry| entry.names.iter().any(|name| **name == *subset))
    }

    /// The DestinationRules of a host, by its name or by a wildcard, that are exported to one of these namespaces.
    pub(in crate::analyze) fn rules(&self, host: &str, own: &str, clients: &[Arc<str>]) -> Vec<&Resource> {
        let full = key(host, own);
        let exported = self.0.of(&full).filter(|entry| clients.iter().any(|client| entry.exports.reach(client)));
        exported.map(|entry| &*entry.rule).collect()
    }
}

/// The names of a DestinationRule's subsets.
pub(in crate::analyze) fn names(rule: &Resource) -> impl Iterator<Item = &str> {
    let subsets = rule.items(&["spec", "subsets"]).iter();
    subsets.map(|subset| subset.get("name").and_then(Node::as_str).unwrap_or_default())
}

/// One text for all spellings of a host.
pub(in crate::analyze) fn key(host: &str, own: &str) -> String {
    match Host::parse(host, own) {
        Host::Either { name, namespace, .. } => Host::Service { name, namespace, domain: CLUSTER_DOMAIN }.to_string(),
        host => host.to_string(),
    }
}
