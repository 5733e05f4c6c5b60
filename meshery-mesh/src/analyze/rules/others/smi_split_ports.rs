//! MSH730 `smi-split-backend-port-missing`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kubernetes::Services;
use crate::analyze::smi::kinds::SPLIT;
use crate::analyze::smi::place;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH730",
    name: "smi-split-backend-port-missing",
    summary: "A backend of a TrafficSplit lacks a port that the root Service has",
    why: "
A TrafficSplit sends the requests to every port of the root Service to the same port of its backends. A backend that does not have
the port gets none of them, and its share fails.

SMI has ended: its specification was archived in 2023. Where the mesh can do it, split by routes of the Gateway API.",
    bad: "
apiVersion: split.smi-spec.io/v1alpha4
kind: TrafficSplit
metadata: { name: reviews, namespace: shop }
spec: { service: reviews, backends: [{ service: reviews-v1, weight: 90 }, { service: reviews-v2, weight: 10 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews-v1, namespace: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews-v2, namespace: shop }
spec: { ports: [{ port: 8080 }] }",
    good: "
apiVersion: split.smi-spec.io/v1alpha4
kind: TrafficSplit
metadata: { name: reviews, namespace: shop }
spec: { service: reviews, backends: [{ service: reviews-v2, weight: 10 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews-v2, namespace: shop }
spec: { ports: [{ port: 80 }] }",
    references: &["https://github.com/servicemeshinterface/smi-spec/blob/main/apis/traffic-split/v1alpha4/traffic-split.md"],
    meshes: &["linkerd", "osm", "traefik-mesh", "nginx-service-mesh"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let services = world.view::<Services>();
    let mut findings = Vec::new();
    for split in world.of(SPLIT) {
        let namespace = split.namespace_or_default();
        // The root may be written with the namespace behind it, as clients write it.
        let root = split.text(&["spec", "service"]).unwrap_or_default();
        let root = root.split('.').next().unwrap_or_default();
        let Some(root) = services.get(namespace, root) else { continue };
        for backend in split.items(&["spec", "backends"]) {
            let name = backend.get("service").and_then(Node::as_str).unwrap_or_default();
            let Some(service) = services.get(namespace, name) else { continue };
            let lacking = root.ports.iter().find(|port| !service.ports.iter().any(|it| it.number == port.number));
            findings.extend(lacking.map(|port| {
                let message = format!("the Service {name:?} has no port {}, which the root Service has", port.number);
                let finding = rule.finding(split, place(backend, "service"), message);
                let finding = finding.with_help(format!("add the port {} to the Service {name:?}", port.number));
                finding.with_related(&root.object, port.node.span, "the port of the root Service")
            }));
        }
    }
    findings
}
