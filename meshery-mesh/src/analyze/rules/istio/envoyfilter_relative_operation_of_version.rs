//! MSH133 `envoyfilter-relative-operation-of-version`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::Patches;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH133",
    name: "envoyfilter-relative-operation-of-version",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "An EnvoyFilter changes what another one changes for proxies of one version, in an order that nothing says",
    why: "
`INSERT_BEFORE`, `INSERT_AFTER`, `REPLACE` and `REMOVE` find what is there when their turn comes. Where another patch
of the same filter is for proxies of one version only, its turn comes at some proxies and not at others: during an
upgrade, when proxies of both versions run, the same policy has two effects. Without a `priority` the order, too, is
that in which the EnvoyFilters were made.

Pointed out is a patch without a priority that meets a patch of the same name with a `proxyVersion` at some proxy.",
    bad: "
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    match: { proxy: { proxyVersion: '^1\\.28.*' } }
    patch: { operation: INSERT_BEFORE, value: { name: envoy.lua } }
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua-too, namespace: shop }
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    patch: { operation: INSERT_AFTER, value: { name: envoy.lua } }",
    good: "
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua, namespace: shop }
spec:
  priority: 10
  configPatches:
  - applyTo: HTTP_FILTER
    match: { proxy: { proxyVersion: '^1\\.28.*' } }
    patch: { operation: INSERT_BEFORE, value: { name: envoy.lua } }
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: lua-too, namespace: shop }
spec:
  priority: 20
  configPatches:
  - applyTo: HTTP_FILTER
    patch: { operation: INSERT_AFTER, value: { name: envoy.lua } }",
    references: &["https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation"],
    meshes: &["istio"],
    aliases: &["IST0155"],
    upstream: "envoyfilter.EnvoyPatchAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let patches = world.view::<Patches>();
    let findings = patches.relative(true).map(|patch| {
        let message = format!(
            "what {} does depends on the order of the EnvoyFilters and on the version of the proxy",
            patch.operation
        );
        patch.finding(rule, message).with_help("give the EnvoyFilter a spec.priority other than 0")
    });
    findings.collect()
}
