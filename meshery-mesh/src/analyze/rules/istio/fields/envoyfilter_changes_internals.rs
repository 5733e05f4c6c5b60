//! MSH248 `envoyfilter-changes-internals`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH248",
    name: "envoyfilter-changes-internals",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "An EnvoyFilter changes what Istio makes for Envoy",
    why: "
What is changed is no API: any release of Istio may make it otherwise, and the patch then does nothing, or something else.
Another API does the same for much of what EnvoyFilters were written for.",
    bad: "
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: reviews, namespace: shop }
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    match: { context: GATEWAY, listener: { portNumber: 80 } }
    patch:
      operation: INSERT_BEFORE
      value: { name: own }",
    good: "
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: reviews, namespace: shop }
spec:
  url: oci://example.com/plugin:1",
    references: &["https://istio.io/latest/docs/reference/config/networking/envoy-filter/", "https://istio.io/latest/docs/ops/best-practices/traffic-management/"],
    meshes: &["istio"],
    aliases: &["IST0133"],
    upstream: "schema.ValidationAnalyzer.EnvoyFilter",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Internals)
}
