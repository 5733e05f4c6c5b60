//! The subsets that DestinationRules make of hosts.

use std::collections::HashMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{View, World};

use super::exports::Exports;
use super::host::{CLUSTER_DOMAIN, Host};
use crate::analyze::kinds::DESTINATION_RULE;

/// The subsets of hosts.
pub(in crate::analyze) struct Subsets {
    hosts: HashMap<String, Vec<Entry>>,
    /// By what follows the `*`.
    wildcards: HashMap<String, Vec<Entry>>,
}

struct Entry {
    rule: Arc<Resource>,
    exports: Exports,
}

impl View for Subsets {
    fn of(world: &World) -> Self {
        let (mut hosts, mut wildcards) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for rule in world.of(DESTINATION_RULE) {
            let Some(host) = rule.text(&["spec", "host"]) else { continue };
            let entry = Entry { rule: Arc::clone(rule), exports: Exports::of_spec(rule) };
            let key = key(host, rule.namespace_or_default());
            match key.strip_prefix('*') {
                Some(ending) => wildcards.entry(ending.to_owned()).or_default().push(entry),
                None => hosts.entry(key).or_default().push(entry),
            }
        }
        Self { hosts, wildcards }
    }
}

impl Subsets {
    /// The DestinationRules of a host, by its name or by a wildcard, that are exported to one of these namespaces.
    pub(in crate::analyze) fn rules(&self, host: &str, own: &str, clients: &[Arc<str>]) -> Vec<&Resource> {
        let full = key(host, own);
        let own = full.strip_prefix('*');
        let bare = full.trim_start_matches('*');
        let ends = bare.char_indices().filter_map(|(at, c)| (c == '.').then_some(at)).chain([bare.len()]);
        let endings = ends.filter_map(|at| bare.get(at..)).filter(|ending| Some(*ending) != own);
        let exact = if own.is_none() { self.hosts.get(&full) } else { own.and_then(|own| self.wildcards.get(own)) };
        let entries = exact.into_iter().chain(endings.filter_map(|ending| self.wildcards.get(ending))).flatten();
        let exported = entries.filter(|entry| clients.iter().any(|client| entry.exports.reach(client)));
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
