//! MSH276 `serviceentry-addresses-incomplete`.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{Labels, Selector};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::{SERVICE_ENTRY, WORKLOAD_ENTRY};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH276",
    name: "serviceentry-addresses-incomplete",
    severity: Severity::Warning,
    summary: "A ServiceEntry lists addresses of the machines that it selects, but not of all",
    why: "
Traffic to `addresses` is what the proxies take for the host's. An entry of the mesh that selects WorkloadEntries, and
lists the addresses of some of them, was meant to list them all: calls to the address of one that was forgotten do not
belong to the host, and have neither its routes nor its policies. Entries that list other addresses only, or none, are
right.",
    bad: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: bills, namespace: shop }
spec:
  hosts: [bills.shop.example]
  location: MESH_INTERNAL
  resolution: STATIC
  addresses: [10.0.0.1]
  ports: [{ number: 80, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: bills } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: bills-1, namespace: shop }
spec: { address: 10.0.0.1, labels: { app: bills } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: bills-2, namespace: shop }
spec: { address: 10.0.0.2, labels: { app: bills } }",
    good: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: bills, namespace: shop }
spec:
  hosts: [bills.shop.example]
  location: MESH_INTERNAL
  resolution: STATIC
  addresses: [10.0.0.1, 10.0.0.2]
  ports: [{ number: 80, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: bills } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: bills-1, namespace: shop }
spec: { address: 10.0.0.1, labels: { app: bills } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: bills-2, namespace: shop }
spec: { address: 10.0.0.2, labels: { app: bills } }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1201"],
    run,
    ..Rule::NEW
};

/// A machine, its address and its labels.
struct Machine<'a> {
    object: &'a Resource,
    address: &'a Node,
    labels: Labels,
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut machines: BTreeMap<&str, Vec<Machine<'_>>> = BTreeMap::new();
    for entry in world.of(WORKLOAD_ENTRY) {
        let Some(address) = entry.root.at(&["spec", "address"]) else { continue };
        let labels = Labels::of(entry.root.at(&["metadata", "labels"]));
        let labels = labels.with(&Labels::of(entry.root.at(&["spec", "labels"])));
        machines.entry(entry.namespace_or_default()).or_default().push(Machine { object: entry, address, labels });
    }
    world.each(SERVICE_ENTRY, |entry| {
        let of_namespace = machines.get(entry.namespace_or_default())?;
        check(rule, entry, of_namespace)
    })
}

fn check(rule: &RuleInfo, entry: &Resource, machines: &[Machine<'_>]) -> Option<Finding> {
    if entry.text(&["spec", "location"]) != Some("MESH_INTERNAL") {
        return None;
    }
    let selector = Selector::of_map(entry.root.at(&["spec", "workloadSelector", "labels"])?);
    let addresses = entry.root.at(&["spec", "addresses"]).filter(|addresses| !addresses.is_empty())?;
    let listed: BTreeSet<&str> = addresses.items().iter().filter_map(Node::as_str).collect();
    let selected = machines.iter().filter(|machine| !selector.is_empty() && selector.matches(&machine.labels));
    let is_listed = |machine: &&Machine<'_>| machine.address.as_str().is_some_and(|it| listed.contains(it));
    let (known, forgotten): (Vec<_>, Vec<_>) = selected.partition(is_listed);
    let machine = forgotten.first().filter(|_| !known.is_empty())?;
    let address = machine.address.as_str()?;
    let message = format!("{address:?} of {} is not among the addresses", machine.object);
    let finding = rule.finding(entry, addresses.span, message).with_help(format!("add {address:?}"));
    Some(finding.with_related(machine.object, machine.address.span, "the address that is missing"))
}
