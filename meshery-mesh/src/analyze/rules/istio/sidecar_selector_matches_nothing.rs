//! MSH170 `sidecar-selector-matches-nothing`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::{selecting, without_workloads};
use crate::analyze::kinds::SIDECAR;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH170",
    name: "sidecar-selector-matches-nothing",
    summary: "A Sidecar is for workloads of its namespace that do not exist",
    why: "
A Sidecar with a `workloadSelector` configures the proxies of those workloads of its own namespace that have all of these
labels. When there are none it is silently without effect: the workloads that were meant keep the configuration of the
namespace or the mesh, know more hosts than they should, and take more memory.

Everything that makes pods counts as a workload, also when it makes none at the moment, and so do machines
(WorkloadEntry, WorkloadGroup). What a controller makes that is not among the objects is not seen.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: reviews, namespace: shop }
spec:
  workloadSelector: { labels: { app: reviws } }
  egress: [{ hosts: [./ratings.shop.svc.cluster.local] }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews } } } }",
    good: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: reviews, namespace: shop }
spec:
  workloadSelector: { labels: { app: reviews } }
  egress: [{ hosts: [./ratings.shop.svc.cluster.local] }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews } } } }",
    references: &["https://istio.io/latest/docs/reference/config/networking/sidecar/#WorkloadSelector"],
    meshes: &["istio"],
    aliases: &["IST0101", "KIA0004"],
    upstream: "sidecar.SelectorAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    without_workloads(world, rule, &selecting(world, SIDECAR, &["spec", "workloadSelector", "labels"]))
}
