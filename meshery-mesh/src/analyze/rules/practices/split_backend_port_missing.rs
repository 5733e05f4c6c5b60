//! MSH838 `split-backend-port-missing`.

use meshery_core::resource::{Kind, Node};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kubernetes::Services;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH838",
    name: "split-backend-port-missing",
    summary: "A backend of a TrafficSplit lacks a port that the Service in front has",
    why: "
A TrafficSplit sends requests for a port of the root Service to the port of the same number of its backends. A backend that
has none gets its share of requests, and they fail.",
    bad: "
apiVersion: split.smi-spec.io/v1alpha2
kind: TrafficSplit
metadata: { name: orders, namespace: shop }
spec: { service: orders, backends: [{ service: orders-v2, weight: 10 }] }
---
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: orders-v2, namespace: shop }
spec: { ports: [{ port: 8080 }] }",
    good: "
apiVersion: split.smi-spec.io/v1alpha2
kind: TrafficSplit
metadata: { name: orders, namespace: shop }
spec: { service: orders, backends: [{ service: orders-v2, weight: 10 }] }
---
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: orders-v2, namespace: shop }
spec: { ports: [{ port: 80, targetPort: 8080 }] }",
    references: &["https://github.com/servicemeshinterface/smi-spec/blob/main/apis/traffic-split/v1alpha4/traffic-split.md"],
    meshes: &["linkerd", "osm"],
    run,
    ..Rule::NEW
};

const SPLIT: Kind<'_> = Kind::new("split.smi-spec.io", "TrafficSplit");

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let services = world.view::<Services>();
    let mut findings = Vec::new();
    for split in world.of(SPLIT) {
        let own = split.namespace_or_default();
        // The root may be written as a full name.
        let named = split.text(&["spec", "service"]).and_then(|name| name.split('.').next());
        let Some(root) = named.and_then(|name| services.get(own, name)) else { continue };
        for backend in split.items(&["spec", "backends"]) {
            let weight = backend.get("weight").and_then(Node::as_int);
            let Some((place, name)) = backend.get("service").and_then(|place| Some((place, place.as_str()?))) else {
                continue;
            };
            let Some(service) = services.get(own, name).filter(|_| weight != Some(0)) else { continue };
            let lacks = |number: &i64| service.ports.iter().all(|port| port.number != *number);
            let Some(number) = root.ports.iter().map(|port| port.number).find(lacks) else { continue };
            let message = format!("{name:?} has no port {number}, which {:?} has", &*root.object.name);
            let finding = rule.finding(split, place.span, message).with_help(format!("give it the port {number}"));
            findings.push(finding.with_related(&service.object, service.object.head(), "has other ports"));
        }
    }
    findings
}
