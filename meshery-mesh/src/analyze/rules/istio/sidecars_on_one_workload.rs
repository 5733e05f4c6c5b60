//! MSH171 `sidecars-on-one-workload`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Membership, overlapping, selecting};
use crate::analyze::kinds::SIDECAR;
use crate::analyze::kubernetes::Workloads;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH171",
    name: "sidecars-on-one-workload",
    summary: "Several Sidecars with a selector are for the same workload",
    why: "
A proxy has one Sidecar. Which one it is when several select the same workload is undefined, and may change when istiod
starts anew: hosts that one of them lets through are then suddenly unreachable, or reachable.

Workloads whose traffic is carried by their node's proxy have no sidecar and do not count.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: by-app, namespace: shop }
spec: { workloadSelector: { labels: { app: reviews } }, egress: [{ hosts: [./*] }] }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: by-version, namespace: shop }
spec: { workloadSelector: { labels: { version: v1 } }, egress: [{ hosts: ['*/*'] }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews, version: v1 } } } }",
    good: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: by-app, namespace: shop }
spec: { workloadSelector: { labels: { app: reviews } }, egress: [{ hosts: [./*] }] }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: by-version, namespace: shop }
spec: { workloadSelector: { labels: { version: v2 } }, egress: [{ hosts: ['*/*'] }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews, version: v1 } } } }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/sidecar/",
        "https://istio.io/latest/docs/reference/config/analysis/ist0110/",
    ],
    meshes: &["istio"],
    aliases: &["IST0110", "KIA0003"],
    upstream: "sidecar.SelectorAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let sidecars = selecting(world, SIDECAR, &["spec", "workloadSelector", "labels"]);
    let (workloads, membership) = (world.view::<Workloads>(), world.view::<Membership>());
    let overlaps = overlapping(&sidecars, &workloads, |workload| !membership.has_node_proxy(workload));
    let help = "let each workload be selected by one Sidecar only";
    overlaps.iter().map(|overlap| overlap.finding(rule, help)).collect()
}
