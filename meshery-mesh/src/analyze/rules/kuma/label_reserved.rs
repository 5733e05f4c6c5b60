//! MSH533 `kuma-label-reserved`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kubernetes::Workloads;
use crate::analyze::kuma::{KINDS, kind};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH533",
    name: "kuma-label-reserved",
    summary: "A label that Kuma sets itself is set by hand, or to what it cannot be",
    why: "
By some labels Kuma keeps what it found out: which workload a pod is of, for whom a policy speaks, where an object comes from.
A pod that has `kuma.io/workload` already is refused; the origin is `global` or `zone`; and the role of a policy follows from
its namespace and what it targets, whatever the label says.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web, kuma.io/workload: web } }
    spec: { containers: [{ name: web, image: web }] }",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web }] }",
    references: &["https://kuma.io/docs/latest/policies/introduction/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

const WORKLOAD: &str = "kuma.io/workload";
const ORIGIN: &str = "kuma.io/origin";
const ROLE: &str = "kuma.io/policy-role";
const ROLES: [&str; 4] = ["consumer", "producer", "system", "workload-owner"];
/// Kinds beside the policies that come from a zone or from the global control plane.
const OTHERS: [&str; 9] = [
    "Dataplane",
    "HostnameGenerator",
    "Mesh",
    "MeshExternalService",
    "MeshIdentity",
    "MeshMultiZoneService",
    "MeshOpenTelemetryBackend",
    "MeshService",
    "MeshTrust",
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for workload in world.view::<Workloads>().iter().filter(|workload| !workload.is_live()) {
        if let Some(node) = workload.pod.at(&["metadata", "labels", WORKLOAD]) {
            let message = format!("{WORKLOAD} is set by Kuma alone, which refuses the pod");
            findings.push(finding(rule, &workload.object, node, message, "remove the label"));
        }
    }
    for object in KINDS.iter().chain(&OTHERS).flat_map(|name| world.of(kind(name))) {
        let Some(labels) = object.root.at(&["metadata", "labels"]) else { continue };
        if let Some(node) = labels.get(ORIGIN).filter(|node| !matches!(node.as_str(), Some("global" | "zone"))) {
            findings.push(finding(
                rule,
                object,
                node,
                "an object comes from global or from a zone".into(),
                "set it to zone, or remove it",
            ));
        }
        let Some(node) = labels.get(ROLE) else { continue };
        if node.as_str().is_none_or(|role| !ROLES.contains(&role)) {
            let message = format!("a policy speaks as {}", ROLES.join(", "));
            findings.push(
                finding(rule, object, node, message, "remove the label: it is set by Kuma")
                    .as_bad_as(Severity::Warning),
            );
        }
    }
    findings
}

fn finding(rule: &RuleInfo, object: &Resource, node: &Node, message: String, help: &str) -> Finding {
    rule.finding(object, node.span, message).with_help(help)
}
