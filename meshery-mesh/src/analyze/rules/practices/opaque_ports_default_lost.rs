//! MSH844 `opaque-ports-default-lost`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::whole_number;
use crate::analyze::kinds::{NAMESPACE, SERVICE};
use crate::analyze::kubernetes::{Services, Workload, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH844",
    name: "opaque-ports-default-lost",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "A list of opaque ports leaves out one of Linkerd's own list that is in use",
    why: "
The annotation takes the place of Linkerd's own list (25, 587, 3306, 4444, 5432, 6379, 9300, 11211), and does not add to it.
A port of this list that is in use and not named again is looked into from then on: where the server speaks first, each
connection waits for ten seconds.",
    bad: "
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop, annotations: { config.linkerd.io/opaque-ports: '33060' } }
spec: { selector: { app: db }, ports: [{ name: mysql, port: 3306 }, { name: x, port: 33060 }] }",
    good: "
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop, annotations: { config.linkerd.io/opaque-ports: '3306,33060' } }
spec: { selector: { app: db }, ports: [{ name: mysql, port: 3306 }, { name: x, port: 33060 }] }",
    references: &["https://linkerd.io/2/features/protocol-detection/#configuring-protocol-detection"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

/// The annotation.
pub(super) const OPAQUE: &str = "config.linkerd.io/opaque-ports";
/// Linkerd's own list.
pub(super) const DEFAULT: [i64; 8] = [25, 587, 3306, 4444, 5432, 6379, 9300, 11211];

/// The ports that a list names, as ranges; names of ports count for nothing.
pub(super) fn opaque_ports(text: &str) -> Vec<(i64, i64)> {
    let range = |part: &str| {
        let (low, high) = part.split_once('-').unwrap_or((part, part));
        Some((low.trim().parse().ok()?, high.trim().parse().ok()?))
    };
    text.split(',').filter_map(|part| range(part.trim())).collect()
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let workloads = world.view::<Workloads>();
    let mut findings = Vec::new();
    for service in world.of(SERVICE).iter().filter(|service| service.annotation(OPAQUE).is_some()) {
        let ports = service.items(&["spec", "ports"]).iter().filter_map(|port| port.get("port").and_then(whole_number));
        let place = service.root.at(&["metadata", "annotations", OPAQUE]);
        findings.extend(check(rule, service, place, &ports.collect::<Vec<_>>()));
    }
    for workload in workloads.iter().filter(|workload| workload.annotation(OPAQUE).is_some()) {
        let place = workload.pod.at(&["metadata", "annotations", OPAQUE]);
        findings.extend(check(rule, &workload.object, place, &container_ports(workload)));
    }
    let mut namespaces = world.of(NAMESPACE).iter().filter(|it| it.annotation(OPAQUE).is_some()).peekable();
    if namespaces.peek().is_none() {
        return findings;
    }
    let mut used: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    let services = world.view::<Services>();
    for service in services.iter().filter(|service| service.object.annotation(OPAQUE).is_none()) {
        used.entry(service.namespace()).or_default().extend(service.ports.iter().map(|port| port.number));
    }
    for namespace in namespaces {
        let place = namespace.root.at(&["metadata", "annotations", OPAQUE]);
        let ports = used.get(&*namespace.name).map(Vec::as_slice).unwrap_or_default();
        findings.extend(check(rule, namespace, place, ports));
    }
    findings
}

fn container_ports(workload: &Workload) -> Vec<i64> {
    let ports = workload.containers().iter().filter_map(|container| container.get("ports")).flat_map(Node::items);
    ports.filter_map(|port| port.get("containerPort").and_then(whole_number)).collect()
}

fn check(rule: &RuleInfo, object: &Arc<Resource>, place: Option<&Node>, used: &[i64]) -> Option<Finding> {
    let (place, text) = place.and_then(|place| Some((place, place.as_str()?)))?;
    let opaque = opaque_ports(text);
    // A list of names cannot be told from here, and one for nothing at all is meant so.
    if opaque.is_empty() || text.chars().any(char::is_alphabetic) {
        return None;
    }
    let is_lost = |port: &&i64| !opaque.iter().any(|(low, high)| (low..=high).contains(port));
    let lost = DEFAULT.iter().filter(|port| used.contains(port)).find(is_lost)?;
    let message = format!("port {lost} is in use and no longer opaque, for this list takes the place of Linkerd's own");
    Some(rule.finding(object, place.span, message).with_help(format!("add {lost} to the list")))
}
