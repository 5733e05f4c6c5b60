//! What EnvoyFilters do to the configuration of proxies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::{View, World};
use meshery_core::{Finding, RuleInfo, Span};

use super::mesh_config::MeshConfig;
use crate::analyze::kinds::ENVOY_FILTER;

/// One patch.
pub(in crate::analyze) struct Patch {
    pub(in crate::analyze) filter: Arc<Resource>,
    /// Where its operation stands, or the patch that has none.
    pub(in crate::analyze) place: Span,
    /// Such as `HTTP_FILTER`.
    pub(in crate::analyze) target: Arc<str>,
    /// Such as `INSERT_BEFORE`.
    pub(in crate::analyze) operation: Arc<str>,
    /// What it puts in, or to what of this name; empty when it says neither.
    instance: String,
    /// The versions of proxies that it is for; empty for all.
    version: Arc<str>,
    has_priority: bool,
}

impl Patch {
    fn new(filter: &Arc<Resource>, entry: &Node) -> Option<Self> {
        let patch = entry.get("patch").filter(|patch| !matches!(patch.value, Value::Null))?;
        let text = |node: Option<&Node>| Arc::from(node.and_then(Node::as_str).unwrap_or_default());
        let operation = patch.get("operation");
        Some(Self {
            filter: Arc::clone(filter),
            place: operation.unwrap_or(patch).span,
            target: text(entry.get("applyTo")),
            operation: text(operation),
            instance: instance(entry, patch),
            version: text(entry.at(&["match", "proxy", "proxyVersion"])),
            has_priority: filter.root.at(&["spec", "priority"]).is_some_and(is_priority),
        })
    }

    /// A finding at it.
    pub(in crate::analyze) fn finding(&self, rule: &RuleInfo, message: String) -> Finding {
        rule.finding(&self.filter, self.place, message)
    }

    /// Whether what it does depends on which patches came before it, and nothing says which do.
    fn is_relative(&self) -> bool {
        let target = &*self.target;
        let depends = match &*self.operation {
            "INSERT_BEFORE" | "INSERT_AFTER" => true,
            "REMOVE" => !matches!(target, "ROUTE_CONFIGURATION" | "HTTP_ROUTE"),
            "REPLACE" => matches!(target, "NETWORK_FILTER" | "HTTP_FILTER" | "VIRTUAL_HOST"),
            _ => false,
        };
        depends && !self.has_priority
    }
}

fn is_priority(node: &Node) -> bool {
    let written = || node.as_str().and_then(|text| text.parse::<i64>().ok());
    node.as_int().or_else(written).is_some_and(|priority| priority != 0)
}

/// The name in what a patch puts in, else that of the filter that it looks for. The two are never the same.
fn instance(entry: &Node, patch: &Node) -> String {
    let Some(value) = patch.get("value").filter(|value| matches!(value.value, Value::Map(_))) else {
        return String::new();
    };
    match value.get("name").map(|name| &name.value) {
        Some(Value::Text(name)) => format!("={name}"),
        Some(other) => format!("={}", other.type_name()),
        None => {
            let name = entry.at(&["match", "listener", "filterChain", "filter", "name"]);
            name.and_then(Node::as_str).unwrap_or_default().to_owned()
        }
    }
}

/// The patches of a world, in the order of the EnvoyFilters' names.
pub(in crate::analyze) struct Patches {
    all: Vec<Patch>,
    /// Which of them are relative, and whether another one of the same thing is for a version of proxies.
    relative: Vec<(usize, bool)>,
}

impl View for Patches {
    fn of(world: &World) -> Self {
        let compatible = world.settings().compatible;
        let mut all = Vec::new();
        for filter in world.of(ENVOY_FILTER) {
            let patches = filter.items(&["spec", "configPatches"]).iter().map(|entry| Patch::new(filter, entry));
            if compatible {
                // Behind one that says nothing istioctl does not look.
                all.extend(patches.map_while(|patch| patch));
            } else {
                all.extend(patches.flatten());
            }
        }
        let root = world.view::<MeshConfig>();
        let relative = if compatible { in_order(&all) } else { among_others(&all, root.root_namespace()) };
        Self { all, relative }
    }
}

impl Patches {
    /// All of them.
    pub(in crate::analyze) fn iter(&self) -> impl Iterator<Item = &Patch> {
        self.all.iter()
    }

    /// Those whose effect depends on an order that nobody determines: with others of the same thing that are for certain
    /// versions of proxies, or without.
    pub(in crate::analyze) fn relative(&self, with_versions: bool) -> impl Iterator<Item = &Patch> {
        let relative = self.relative.iter().filter(move |(_, versions)| *versions == with_versions);
        relative.filter_map(|(at, _)| self.all.get(*at))
    }
}

/// As istioctl has it: what is for a version counts for those that come after it.
fn in_order(all: &[Patch]) -> Vec<(usize, bool)> {
    let mut seen = BTreeSet::new();
    let mut relative = Vec::new();
    for (at, patch) in all.iter().enumerate() {
        if patch.is_relative() {
            relative.push((at, seen.contains(&patch.instance)));
        }
        if !patch.version.is_empty() {
            seen.insert(&patch.instance);
        }
    }
    relative
}

/// Where only one EnvoyFilter reaches a thing its own list is the order. Patches for different versions never meet.
fn among_others(all: &[Patch], root: &str) -> Vec<(usize, bool)> {
    let mut reaching: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    let mut versions: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for patch in all {
        let of_target = reaching.entry(&patch.target).or_default();
        of_target.entry(patch.filter.namespace_or_default()).or_default().insert(&patch.filter.name);
        if !patch.version.is_empty() && !patch.instance.is_empty() {
            *versions.entry(&patch.instance).or_default().entry(&patch.version).or_default() += 1;
        }
    }
    let meets_others = |patch: &Patch| {
        let own = patch.filter.namespace_or_default();
        let Some(of_target) = reaching.get(&*patch.target) else { return false };
        let in_namespace = |name: &str| of_target.get(name).map_or(0, BTreeSet::len);
        if own == root {
            of_target.len() > 1 || in_namespace(root) > 1
        } else {
            in_namespace(own) + in_namespace(root) > 1
        }
    };
    let meets_versions = |patch: &Patch| match versions.get(patch.instance.as_str()) {
        Some(_) if patch.version.is_empty() => true,
        Some(counts) => counts.get(&*patch.version).is_some_and(|count| *count > 1),
        None => false,
    };
    let relative = all.iter().enumerate().filter(|(_, patch)| patch.is_relative() && meets_others(patch));
    relative.map(|(at, patch)| (at, meets_versions(patch))).collect()
}
