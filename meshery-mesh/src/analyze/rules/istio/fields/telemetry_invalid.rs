//! MSH238 `telemetry-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH238",
    name: "telemetry-invalid",
    summary: "A Telemetry names no provider, metric, tag or value",
    why: "
Providers and metrics have names, and a tag that is set has a value. istiod's webhook refuses all else.",
    bad: "
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: reviews, namespace: shop }
spec:
  metrics: [{ providers: [{ name: prometheus }], overrides: [{ tagOverrides: { role: {} } }] }]",
    good: "
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: reviews, namespace: shop }
spec:
  metrics: [{ providers: [{ name: prometheus }], overrides: [{ tagOverrides: { role: { value: request.host } } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/telemetry/#MetricsOverrides-TagOverride"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.Telemetry",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Telemetry)
}
