//! MSH177 `telemetry-selector-matches-nothing`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::{selecting, without_workloads};
use crate::analyze::kinds::TELEMETRY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH177",
    name: "telemetry-selector-matches-nothing",
    summary: "A Telemetry is for workloads of its namespace that do not exist",
    why: "
A Telemetry with a `selector` configures the proxies of those workloads of its own namespace that have all of these labels.
When there are none it is silently without effect: the metrics, traces or logs that it asks for are missing when they are
needed.

Everything that makes pods counts as a workload, also when it makes none at the moment, and so do machines and the gateways
that istiod deploys for a Gateway of Kubernetes. What another controller makes is not seen.",
    bad: "
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: traces, namespace: shop }
spec: { selector: { matchLabels: { app: reviws } }, tracing: [{ randomSamplingPercentage: 5 }] }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: reviews, namespace: shop }
spec: { jobTemplate: { spec: { template: { metadata: { labels: { app: reviews } } } } } }",
    good: "
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: traces, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, tracing: [{ randomSamplingPercentage: 5 }] }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: reviews, namespace: shop }
spec: { jobTemplate: { spec: { template: { metadata: { labels: { app: reviews } } } } } }",
    references: &["https://istio.io/latest/docs/reference/config/telemetry/"],
    meshes: &["istio"],
    aliases: &["IST0101", "KIA0004"],
    upstream: "telemetry.SelectorAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    without_workloads(world, rule, &selecting(world, TELEMETRY, &["spec", "selector", "matchLabels"]))
}
