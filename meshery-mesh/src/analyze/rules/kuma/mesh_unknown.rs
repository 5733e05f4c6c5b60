//! MSH529 `kuma-mesh-unknown`.

use std::collections::BTreeSet;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::kinds::NAMESPACE;
use crate::analyze::kubernetes::Workloads;
use crate::analyze::kuma::kind;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH529",
    name: "kuma-mesh-unknown",
    summary: "An object is of a mesh that there is not",
    why: "
A policy says by the label `kuma.io/mesh`, or up to Kuma 2 by the field `mesh`, which mesh it is for, and pods and namespaces by
the label which mesh they join. Of a mesh that does not exist nothing comes: a policy has no effect, and a pod is refused.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: Mesh
metadata: { name: production }
---
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: prodction } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { idleTimeout: 20s } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: Mesh
metadata: { name: production }
---
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: production } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh }, default: { idleTimeout: 20s } }]",
    references: &["https://kuma.io/docs/latest/production/mesh/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// The kinds that are of a mesh and say so in a field.
const KINDS: [&str; 42] = [
    "CircuitBreaker",
    "Dataplane",
    "ExternalService",
    "FaultInjection",
    "HealthCheck",
    "MeshAccessLog",
    "MeshCircuitBreaker",
    "MeshExternalService",
    "MeshFaultInjection",
    "MeshGateway",
    "MeshGatewayRoute",
    "MeshHTTPRoute",
    "MeshHealthCheck",
    "MeshIdentity",
    "MeshLoadBalancingStrategy",
    "MeshMetric",
    "MeshMultiZoneService",
    "MeshOPA",
    "MeshOpenTelemetryBackend",
    "MeshPassthrough",
    "MeshProxyPatch",
    "MeshRateLimit",
    "MeshRetry",
    "MeshService",
    "MeshTCPRoute",
    "MeshTLS",
    "MeshTimeout",
    "MeshTrace",
    "MeshTrafficPermission",
    "MeshTrust",
    "MeshZoneAddress",
    "OPAPolicy",
    "ProxyTemplate",
    "RateLimit",
    "Retry",
    "Timeout",
    "TrafficLog",
    "TrafficPermission",
    "TrafficRoute",
    "TrafficTrace",
    "VirtualOutbound",
    "Workload",
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let meshes: BTreeSet<&str> = world.of(kind("Mesh")).iter().map(|mesh| &*mesh.name).collect();
    let mut findings = Vec::new();
    let mut check = |object: &Resource, node: Option<&Node>| {
        let Some((node, name)) = node.and_then(|node| Some((node, node.as_str()?))) else { return };
        // The control plane makes the mesh that is called default.
        if name.is_empty() || name == "default" || meshes.contains(name) {
            return;
        }
        let near = nearest(name, meshes.iter().copied());
        let finding = meant(
            rule.finding(object, node.span, format!("there is no mesh {name:?}")),
            object,
            name,
            near,
            "create the Mesh",
        );
        let assumed = format!("no Mesh outside the input is called {name:?}");
        findings.extend(of_missing(world, !meshes.is_empty(), finding, &assumed));
    };
    for object in KINDS.iter().flat_map(|name| world.of(kind(name))) {
        check(object, object.root.get("mesh"));
        check(object, object.root.at(&["metadata", "labels", "kuma.io/mesh"]));
    }
    for object in world.of(NAMESPACE) {
        check(object, object.root.at(&["metadata", "labels", "kuma.io/mesh"]));
    }
    for workload in world.view::<Workloads>().iter() {
        check(&workload.object, workload.pod.at(&["metadata", "labels", "kuma.io/mesh"]));
        check(&workload.object, workload.pod.at(&["metadata", "annotations", "kuma.io/mesh"]));
    }
    findings
}
