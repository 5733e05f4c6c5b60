//! MSH803 `mtls-contradicted`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::contradictions;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH803",
    name: "mtls-contradicted",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "Objects contradict each other about mutual TLS",
    why: "
A permission of Kuma is for identities, which workloads have only where mutual TLS is on: without it Kuma lets everybody
through, whatever the permission says.

Consul refuses to let a service take plain text unless the Mesh allows that this may be asked for. Where no Mesh is among the
input, that counts only if there is nothing else.

What PeerAuthentications and DestinationRules of Istio say against each other is what other rules speak of.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: Mesh
metadata: { name: default }
spec: { meshServices: { mode: Exclusive } }
---
apiVersion: kuma.io/v1alpha1
kind: MeshTrafficPermission
metadata: { name: reviews, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Dataplane, labels: { app: reviews } }
  from: [{ targetRef: { kind: MeshSubset, tags: { app: page } }, default: { action: Allow } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: Mesh
metadata: { name: default }
spec: { mtls: { enabledBackend: ca, backends: [{ name: ca, type: builtin }] } }
---
apiVersion: kuma.io/v1alpha1
kind: MeshTrafficPermission
metadata: { name: reviews, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Dataplane, labels: { app: reviews } }
  from: [{ targetRef: { kind: MeshSubset, tags: { app: page } }, default: { action: Allow } }]",
    references: &[
        "https://kuma.io/docs/latest/policies/meshtrafficpermission/",
        "https://kuma.io/docs/latest/policies/mutual-tls/",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/mesh",
    ],
    meshes: &["consul", "kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    contradictions(world, rule)
}
