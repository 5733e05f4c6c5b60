//! The hosts of a mesh as istioctl looks them up for DestinationRules: by the namespace that they are exported to.

use std::collections::HashMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{Labels, View, World};

use super::host::CLUSTER_DOMAIN;
use crate::analyze::kinds::{SERVICE, SERVICE_ENTRY};

/// The annotation by which a Service says to which namespaces it is exported.
const EXPORT_TO: &str = "networking.istio.io/exportTo";
/// All namespaces.
const ALL: &str = "*";

/// Hosts, each with the labels that its ServiceEntry selects workloads by.
#[derive(Default)]
pub(in crate::analyze) struct ScopedHosts {
    exact: HashMap<Key, Labels>,
    /// By what follows the `*`.
    wildcards: HashMap<Key, Labels>,
    /// The longest of these.
    longest: usize,
}

/// The namespace that may use a host, and the host.
type Key = (Arc<str>, String);

impl View for ScopedHosts {
    fn of(world: &World) -> Self {
        let mut hosts = Self::default();
        for entry in world.of(SERVICE_ENTRY) {
            let listed: Vec<&str> = entry.items(&["spec", "exportTo"]).iter().filter_map(Node::as_str).collect();
            let scopes = scopes(if listed.is_empty() { &[ALL] } else { &listed }, own(entry));
            let labels = Labels::of(entry.root.at(&["spec", "workloadSelector", "labels"]));
            for host in entry.items(&["spec", "hosts"]).iter().filter_map(Node::as_str) {
                hosts.add(&scopes, own(entry), host, &labels);
            }
        }
        // A Service takes the place of an entry with its host; what it selects by istioctl does not look at.
        for service in world.of(SERVICE) {
            let listed = service.annotation(EXPORT_TO).filter(|text| !text.is_empty()).unwrap_or(ALL);
            let listed: Vec<&str> = listed.split(',').map(str::trim).collect();
            hosts.add(&scopes(&listed, own(service)), own(service), &service.name, &Labels::default());
        }
        hosts
    }
}

impl ScopedHosts {
    fn add(&mut self, scopes: &[Arc<str>], own: &str, host: &str, labels: &Labels) {
        for scope in scopes {
            self.exact.insert((Arc::clone(scope), full(host, own)), labels.clone());
            if let Some(suffix) = host.strip_prefix('*') {
                self.wildcards.insert((Arc::clone(scope), suffix.to_owned()), labels.clone());
                self.longest = self.longest.max(suffix.len());
            }
        }
    }

    /// The labels that the workloads of a DestinationRule's host are selected by; `None` where nobody has the host.
    pub(in crate::analyze) fn of_rule(&self, rule: &Resource) -> Option<&Labels> {
        let own = own(rule);
        let host = rule.text(&["spec", "host"]).unwrap_or_default();
        let exports: Vec<&str> = rule.items(&["spec", "exportTo"]).iter().filter_map(Node::as_str).collect();
        let name = full(host, own);
        let mut asking = vec![Arc::from(ALL)];
        asking.extend(scopes(if exports.is_empty() { &["."] } else { &exports }, own));
        let exact = asking.into_iter().find_map(|scope| self.exact.get(&(scope, name.clone())));
        exact.or_else(|| self.wildcard(host.strip_prefix('*').unwrap_or(host), own))
    }

    /// The one with the longest suffix; istioctl takes any.
    fn wildcard(&self, host: &str, own: &str) -> Option<&Labels> {
        let starts = host.char_indices().map(|(at, _)| at).chain([host.len()]);
        let suffixes = starts.filter_map(|at| host.get(at..)).filter(|suffix| suffix.len() <= self.longest);
        let mut keys = suffixes.flat_map(|suffix| [ALL, own].map(|scope| (Arc::from(scope), suffix.to_owned())));
        keys.find_map(|key: Key| self.wildcards.get(&key))
    }
}

/// The namespaces that a list of exports means.
fn scopes(listed: &[&str], own: &str) -> Vec<Arc<str>> {
    listed.iter().map(|scope| if *scope == "." { own.into() } else { (*scope).into() }).collect()
}

/// For istioctl an object without a namespace is in none.
fn own(object: &Resource) -> &str {
    object.namespace.as_deref().unwrap_or_default()
}

fn full(host: &str, own: &str) -> String {
    let is_short = !host.starts_with('*') && !host.contains('.');
    if is_short { format!("{host}.{own}.svc.{CLUSTER_DOMAIN}") } else { host.to_owned() }
}
