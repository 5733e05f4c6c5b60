//! MSH813 `egress-allow-any`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::Egress;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH813",
    name: "egress-allow-any",
    severity: Severity::Info,
    category: Category::Security,
    summary: "Workloads may call whatever is outside the mesh",
    why: "
Whoever gets into a workload can then send data anywhere, and nobody sees where to. A mesh that knows all destinations can
deny the others. It is no wall by itself: what passes the proxy by is stopped by a NetworkPolicy alone.

One finding for a mesh, at the object that says it or would.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    outboundTrafficPolicy: { mode: ALLOW_ANY }",
    good: "
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    outboundTrafficPolicy: { mode: REGISTRY_ONLY }",
    references: &[
        "https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/",
        "https://kuma.io/docs/latest/policies/meshpassthrough/",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/mesh",
        "https://linkerd.io/2-edge/reference/egress-network/",
    ],
    meshes: &["consul", "istio", "kuma", "linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let finding = |it: Egress| {
        let message = format!("workloads of {} may call whatever is outside the mesh", it.mesh.title());
        it.place.finding(rule, message).with_help(it.help)
    };
    Egress::open(world).into_iter().map(finding).collect()
}
