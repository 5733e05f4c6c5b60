//! MSH178 `telemetries-on-one-workload`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::{overlapping, selecting};
use crate::analyze::kinds::TELEMETRY;
use crate::analyze::kubernetes::Workloads;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH178",
    name: "telemetries-on-one-workload",
    summary: "Several Telemetries with a selector are for the same workload",
    why: "
A Telemetry that selects a workload refines the ones of its namespace and of the mesh, but two that select the same workload
are not put together: one is used and the other ones are ignored, though one may ask for traces and another one for logs.",
    bad: "
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: traces, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, tracing: [{ randomSamplingPercentage: 5 }] }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: logs, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, accessLogging: [{ providers: [{ name: envoy }] }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews } } } }",
    good: "
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { app: reviews } }
  tracing: [{ randomSamplingPercentage: 5 }]
  accessLogging: [{ providers: [{ name: envoy }] }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews } } } }",
    references: &[
        "https://istio.io/latest/docs/reference/config/telemetry/",
        "https://istio.io/latest/docs/reference/config/analysis/ist0159/",
    ],
    meshes: &["istio"],
    aliases: &["IST0159", "KIA0003"],
    upstream: "telemetry.SelectorAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let telemetries = selecting(world, TELEMETRY, &["spec", "selector", "matchLabels"]);
    let overlaps = overlapping(&telemetries, &world.view::<Workloads>(), |_| true);
    let help = "make one Telemetry of them, or let each workload be selected by one only";
    overlaps.iter().map(|overlap| overlap.finding(rule, help)).collect()
}
