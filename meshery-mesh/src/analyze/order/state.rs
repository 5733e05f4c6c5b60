//! Objects at one moment, and what follows from several of them: which workloads answer for a host or a subset.

use std::collections::HashMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{Labels, Settings, World};

use crate::analyze::istio::{CLUSTER_DOMAIN, Host};
use crate::analyze::kinds::DESTINATION_RULE;
use crate::analyze::kubernetes::Services;

/// Objects at one moment.
pub(super) struct State {
    services: Arc<Services>,
    /// Those of all moments.
    ever: Arc<Services>,
    /// By host, the subsets with their labels.
    subsets: HashMap<String, Vec<(String, Labels)>>,
}

impl State {
    /// Of these objects, and with the Services that there are at any moment.
    pub(super) fn new(objects: Vec<Arc<Resource>>, ever: &Arc<Services>) -> Self {
        let world = World::new(objects, Settings::default());
        let mut subsets: HashMap<String, Vec<(String, Labels)>> = HashMap::new();
        for rule in world.of(DESTINATION_RULE) {
            let Some(host) = rule.text(&["spec", "host"]) else { continue };
            let known = subsets.entry(full(host, rule.namespace_or_default())).or_default();
            for subset in rule.items(&["spec", "subsets"]) {
                let Some(name) = subset.get("name").and_then(Node::as_str) else { continue };
                known.push((name.to_owned(), Labels::of(subset.get("labels"))));
            }
        }
        Self { services: world.view::<Services>(), ever: Arc::clone(ever), subsets }
    }

    /// The selectors by which Services of any moment send to pods with these labels.
    pub(super) fn selectors(&self, namespace: &str, labels: &Labels) -> Vec<String> {
        self.ever.selecting(namespace, labels).into_iter().map(|service| selector_text(&service.selector)).collect()
    }

    /// The hosts, and the subsets of hosts, that pods with these labels answer for. An empty subset is all of the host.
    pub(super) fn answered_by(&self, namespace: &str, labels: &Labels) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for service in self.services.selecting(namespace, labels) {
            let host = full(&service.object.name, namespace);
            let subsets = self.subsets.get(&host).map(Vec::as_slice).unwrap_or_default();
            let matching = subsets.iter().filter(|(_, wanted)| labels.contains(wanted));
            found.extend(matching.map(|(subset, _)| (host.clone(), subset.clone())));
            found.push((host, String::new()));
        }
        found
    }
}

/// One text for all spellings of a host.
pub(super) fn full(host: &str, own: &str) -> String {
    match Host::parse(host, own) {
        Host::Either { name, namespace, .. } => Host::Service { name, namespace, domain: CLUSTER_DOMAIN }.to_string(),
        host => host.to_string(),
    }
}

/// Under which names a host may be declared: its own, as it is written, and the wildcards that it falls under.
pub(super) fn names(host: &str, own: &str) -> Vec<String> {
    let full = full(host, own);
    let mut names = vec![full.clone()];
    if host.contains('.') && host != full {
        names.push(host.to_owned());
    }
    let bare = full.trim_start_matches('*');
    let ends = bare.char_indices().filter_map(|(at, c)| (c == '.').then_some(at)).chain([bare.len()]);
    names.extend(ends.filter_map(|at| Some(format!("*{}", bare.get(at..)?))).filter(|wildcard| *wildcard != full));
    names
}

/// The labels that a Service asks for, as text.
pub(super) fn selector_text(selector: &Labels) -> String {
    selector.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
}

/// The Services of these objects.
pub(super) fn services(objects: Vec<Arc<Resource>>) -> Arc<Services> {
    World::new(objects, Settings::default()).view::<Services>()
}
