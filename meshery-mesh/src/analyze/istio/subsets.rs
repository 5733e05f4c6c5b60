//! The subsets that DestinationRules make of hosts.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use super::by_host::ByHost;
use super::exports::Exports;
use super::host::{CLUSTER_DOMAIN, Host};
use crate::analyze::kinds::DESTINATION_RULE;

/// The subsets of hosts.
pub(in crate::analyze) struct Subsets(ByHost<Entry>);

struct Entry {
    rule: Arc<Resource>,
    exports: Exports,
}

impl View for Subsets {
    fn of(world: &World) -> Self {
        let mut hosts = ByHost::default();
        for rule in world.of(DESTINATION_RULE) {
            let Some(host) = rule.text(&["spec", "host"]) else { continue };
            let entry = Entry { rule: Arc::clone(rule), exports: Exports::of_spec(rule) };
            hosts.add(key(host, rule.namespace_or_default()), entry);
        }
        Self(hosts)
    }
}

impl Subsets {
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
