//! Objects that are for the workloads with some labels: Sidecars, Telemetries.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::{Labels, Selector, View, World};
use meshery_core::{Finding, RuleInfo};

use super::upstream::told_namespace;
use crate::analyze::certainty::of_missing;
use crate::analyze::kinds::{K8S_GATEWAY, WORKLOAD_ENTRY, WORKLOAD_GROUP};
use crate::analyze::kubernetes::{Workload, Workloads};

/// An object that asks for labels.
pub(in crate::analyze) struct Selecting<'a> {
    pub(in crate::analyze) object: &'a Arc<Resource>,
    /// Where it asks for them.
    pub(in crate::analyze) labels: &'a Node,
    selector: Selector,
    compatible: bool,
}

/// The objects of a kind that ask for labels at this path, each once.
pub(in crate::analyze) fn selecting<'a>(world: &'a World, kind: Kind<'_>, path: &[&str]) -> Vec<Selecting<'a>> {
    let compatible = world.settings().compatible;
    let asking = world.of(kind).iter().filter_map(|object| {
        let labels = object.root.at(path)?;
        let selector = Selector::of_map(labels);
        (!selector.is_empty()).then_some(Selecting { object, labels, selector, compatible })
    });
    let mut asking: Vec<Selecting<'a>> = asking.collect();
    asking.dedup_by(|a, b| same(a.object, b.object));
    asking
}

/// Whether two objects of a kind are one that was read twice.
fn same(a: &Resource, b: &Resource) -> bool {
    a.namespace == b.namespace && a.name == b.name
}

impl Selecting<'_> {
    /// The workloads that it is for: for istioctl only pods, of a namespace of exactly this name.
    pub(in crate::analyze) fn workloads<'b>(&'b self, all: &'b Workloads) -> impl Iterator<Item = &'b Workload> {
        let selected = all.selected(self.object.namespace_or_default(), &self.selector);
        selected.filter(|it| !self.compatible || (it.is_pod() && it.object.namespace == self.object.namespace))
    }
}

/// A namespace, and a label with its value.
type OneLabel = (Arc<str>, Arc<str>, Arc<str>);

/// What runs with a proxy and is no workload of Kubernetes that anybody declares: machines, and the gateways that istiod
/// deploys.
struct OtherProxies {
    /// By each of their labels.
    labelled: HashMap<OneLabel, Vec<Labels>>,
}

impl View for OtherProxies {
    fn of(world: &World) -> Self {
        let mut proxies = Self { labelled: HashMap::new() };
        for entry in world.of(WORKLOAD_ENTRY) {
            let own = Labels::of(entry.root.at(&["metadata", "labels"]));
            proxies.add(entry, &own.with(&Labels::of(entry.root.at(&["spec", "labels"]))));
        }
        for group in world.of(WORKLOAD_GROUP) {
            proxies.add(group, &Labels::of(group.root.at(&["spec", "metadata", "labels"])));
        }
        for gateway in world.of(K8S_GATEWAY) {
            let names = ["gateway.networking.k8s.io/gateway-name", "istio.io/gateway-name"];
            let own = Labels::of(gateway.root.at(&["metadata", "labels"]));
            let given = Labels::from_iter(names.map(|name| (name, Arc::clone(&gateway.name))));
            proxies.add(gateway, &own.with(&given));
        }
        proxies
    }
}

impl OtherProxies {
    fn add(&mut self, object: &Resource, labels: &Labels) {
        for (name, value) in labels.iter() {
            let key = (object.namespace_or_default().into(), name.into(), value.into());
            self.labelled.entry(key).or_default().push(labels.clone());
        }
    }

    fn has(&self, namespace: &str, selector: &Selector) -> bool {
        let asked = selector.equal.iter().filter_map(|(name, value)| {
            self.labelled.get(&(namespace.into(), name.into(), value.into())).or(Some(const { &Vec::new() }))
        });
        asked.min_by_key(|having| having.len()).is_some_and(|having| having.iter().any(|it| selector.matches(it)))
    }
}

/// Those that select nothing.
pub(in crate::analyze) fn without_workloads(world: &World, rule: &RuleInfo, all: &[Selecting<'_>]) -> Vec<Finding> {
    let (workloads, others) = (world.view::<Workloads>(), world.view::<OtherProxies>());
    let idle = all.iter().filter_map(|it| {
        let own = it.object.namespace_or_default();
        let is_other = !it.compatible && others.has(own, &it.selector);
        if is_other || it.workloads(&workloads).next().is_some() {
            return None;
        }
        let message = format!("no workload of namespace {own:?} has these labels");
        let finding = rule.finding(it.object, it.labels.span, message);
        let finding = finding.with_help("correct the labels, or delete the object that is for nothing");
        let assumed = format!("namespace {own:?} has no other workloads than those of the input");
        of_missing(world, !workloads.within(own).is_empty(), finding, &assumed)
    });
    idle.collect()
}

/// One that selects what another one selects too.
pub(in crate::analyze) struct Overlap<'a> {
    pub(in crate::analyze) one: &'a Selecting<'a>,
    pub(in crate::analyze) other: &'a Selecting<'a>,
    /// What both of them select; nothing known, if they merely ask for the same labels.
    pub(in crate::analyze) workload: Option<String>,
}

impl Overlap<'_> {
    /// The finding.
    pub(in crate::analyze) fn finding(&self, rule: &RuleInfo, help: &str) -> Finding {
        let selected = self.workload.as_deref().unwrap_or("the same labels");
        let message = format!("{} and {} both select {selected}", self.one.object, self.other.object);
        let finding = rule.finding(self.one.object, self.one.labels.span, message).with_help(help);
        finding.with_related(self.other.object, self.other.labels.span, "selects it too")
    }
}

/// Those that select a workload, of those that count, which another one selects too. For istioctl there must be one; what
/// asks for the same labels is otherwise enough.
pub(in crate::analyze) fn overlapping<'a>(
    all: &'a [Selecting<'a>],
    workloads: &Workloads,
    counts: impl Fn(&Workload) -> bool,
) -> Vec<Overlap<'a>> {
    let mut groups: BTreeMap<(Option<&str>, &Selector), Vec<&'a Selecting<'a>>> = BTreeMap::new();
    for it in all {
        groups.entry((it.object.namespace.as_deref(), &it.selector)).or_default().push(it);
    }
    let groups: Vec<Vec<&'a Selecting<'a>>> = groups.into_values().collect();
    let mut by_workload: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut unseen: Vec<usize> = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let Some(first) = group.first() else { continue };
        let mut selected = first.workloads(workloads).peekable();
        if selected.peek().is_none() && !first.compatible && group.len() > 1 {
            unseen.push(at);
        }
        for workload in selected.filter(|workload| counts(workload)) {
            let groups = by_workload.entry(workload.object.to_string()).or_default();
            // One that was read twice is one.
            if groups.last() != Some(&at) {
                groups.push(at);
            }
        }
    }
    let mut overlaps = Overlaps { groups: &groups, done: HashSet::new(), found: Vec::new() };
    for (workload, groups) in by_workload {
        overlaps.add(&groups, Some(&workload));
    }
    for group in unseen {
        overlaps.add(&[group], None);
    }
    overlaps.found
}

/// The overlaps that were found so far.
struct Overlaps<'a, 'b> {
    groups: &'b [Vec<&'a Selecting<'a>>],
    /// The groups whose members are all among them.
    done: HashSet<usize>,
    found: Vec<Overlap<'a>>,
}

impl Overlaps<'_, '_> {
    fn add(&mut self, groups: &[usize], workload: Option<&str>) {
        let members = |at: &usize| self.groups.get(*at).into_iter().flatten().copied();
        let mut all = groups.iter().flat_map(members);
        let (Some(first), Some(second)) = (all.next(), all.next()) else { return };
        let fresh: Vec<usize> = groups.iter().copied().filter(|at| self.done.insert(*at)).collect();
        for one in fresh.iter().filter_map(|at| self.groups.get(*at)).flatten() {
            let other = if same(one.object, first.object) { second } else { first };
            self.found.push(Overlap { one, other, workload: workload.map(Into::into) });
        }
    }
}

/// The objects of a kind for which this holds, where a namespace has several of them; each with another one.
pub(in crate::analyze) fn several<'a>(
    world: &'a World,
    kind: Kind<'_>,
    holds: impl Fn(&Resource) -> bool,
) -> Vec<(&'a Arc<Resource>, &'a Arc<Resource>)> {
    let compatible = world.settings().compatible;
    let namespace = |it: &'a Arc<Resource>| if compatible { told_namespace(it) } else { it.namespace_or_default() };
    let mut by_namespace: BTreeMap<&str, Vec<&'a Arc<Resource>>> = BTreeMap::new();
    for object in world.of(kind).iter().filter(|object| holds(object)) {
        by_namespace.entry(namespace(object)).or_default().push(object);
    }
    let mut found = Vec::new();
    for mut objects in by_namespace.into_values() {
        objects.dedup_by(|a, b| same(a, b));
        let [first, second, ..] = objects.as_slice() else { continue };
        let (first, second) = (*first, *second);
        found.extend(objects.iter().map(|&object| (object, if same(object, first) { second } else { first })));
    }
    found
}
