//! MSH179 `telemetries-without-selector`.

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::several;
use crate::analyze::kinds::TELEMETRY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH179",
    name: "telemetries-without-selector",
    summary: "A namespace has several Telemetries that are for all of its workloads",
    why: "
A Telemetry without a selector is the default of its namespace, or of the mesh in the root namespace, and there can be one.
When there are several, one is used and the other ones are ignored: metrics, traces or logs are missing.

One that names what it is for by `targetRefs` is no default.",
    bad: "
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: traces, namespace: shop }
spec: { tracing: [{ randomSamplingPercentage: 5 }] }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: logs, namespace: shop }
spec: { accessLogging: [{ providers: [{ name: envoy }] }] }",
    good: "
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: default, namespace: shop }
spec:
  tracing: [{ randomSamplingPercentage: 5 }]
  accessLogging: [{ providers: [{ name: envoy }] }]",
    references: &[
        "https://istio.io/latest/docs/reference/config/telemetry/",
        "https://istio.io/latest/docs/reference/config/analysis/ist0160/",
    ],
    meshes: &["istio"],
    aliases: &["IST0160", "KIA0002"],
    upstream: "telemetry.DefaultSelectorAnalyzer",
    run,
    ..Rule::NEW
};

/// Whether a Telemetry is for all workloads of its namespace.
pub(super) fn is_default(telemetry: &Resource) -> bool {
    let is_empty = |path: &[&str]| telemetry.root.at(path).is_none_or(Node::is_empty);
    is_empty(&["spec", "selector", "matchLabels"])
        && is_empty(&["spec", "targetRef"])
        && is_empty(&["spec", "targetRefs"])
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let has_none = |it: &Resource| it.root.at(&["spec", "selector"]).is_none_or(|it| it.value == Value::Null);
    // istioctl counts those with targets, and not those with a selector that is empty.
    let holds = |it: &Resource| if world.settings().compatible { has_none(it) } else { is_default(it) };
    let findings = several(world, TELEMETRY, holds).into_iter().map(|(telemetry, other)| {
        let message = format!("{telemetry} and {other} both are for all workloads of their namespace");
        let finding = rule.finding(telemetry, telemetry.head(), message);
        let finding = finding.with_help("make one Telemetry of them, or select workloads");
        finding.with_related(other, other.head(), "is for all workloads too")
    });
    findings.collect()
}
