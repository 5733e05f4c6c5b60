//! MSH129 `envoyfilter-relative-operation`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::Patches;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH129",
    name: "envoyfilter-relative-operation",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "EnvoyFilters change one thing relative to each other, and nothing says in which order",
    why: "
`INSERT_BEFORE`, `INSERT_AFTER`, `REPLACE` and `REMOVE` find what is there when their turn comes. Without a `priority`
EnvoyFilters take their turns by the time at which they were made: after a restore, in another cluster, or when one is
made anew the filters of the proxy stand in another order, and one that checks access may come after one that needs it
checked.

Pointed out is a patch without a priority where another EnvoyFilter that reaches the same proxies changes the same
kind of thing.",
    bad: "
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    patch: { operation: INSERT_BEFORE, value: { name: envoy.lua } }
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: wasm, namespace: shop }
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    patch: { operation: INSERT_BEFORE, value: { name: shop.wasm } }",
    good: "
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  priority: 10
  configPatches:
  - applyTo: HTTP_FILTER
    patch: { operation: INSERT_BEFORE, value: { name: envoy.lua } }
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: wasm, namespace: shop }
spec:
  priority: 20
  configPatches:
  - applyTo: HTTP_FILTER
    patch: { operation: INSERT_BEFORE, value: { name: shop.wasm } }",
    references: &["https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation"],
    meshes: &["istio"],
    aliases: &["IST0151"],
    upstream: "envoyfilter.EnvoyPatchAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let patches = world.view::<Patches>();
    let findings = patches.relative(false).map(|patch| {
        let message =
            format!("what {} does depends on the order of the EnvoyFilters, which no priority says", patch.operation);
        patch.finding(rule, message).with_help("give the EnvoyFilter a spec.priority other than 0")
    });
    findings.collect()
}
