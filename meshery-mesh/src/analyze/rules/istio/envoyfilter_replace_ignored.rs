//! MSH130 `envoyfilter-replace-ignored`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::Patches;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH130",
    name: "envoyfilter-replace-ignored",
    summary: "An EnvoyFilter replaces what cannot be replaced",
    why: "
istiod replaces filters and virtual hosts only: HTTP filters, network filters, listener filters, virtual hosts. For
everything else it leaves a patch with the operation `REPLACE` out, and the proxy is configured as if the patch were
not there.",
    bad: "
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: timeout, namespace: shop }
spec:
  configPatches:
  - applyTo: CLUSTER
    patch: { operation: REPLACE, value: { connect_timeout: 1s } }",
    good: "
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: timeout, namespace: shop }
spec:
  configPatches:
  - applyTo: CLUSTER
    patch: { operation: MERGE, value: { connect_timeout: 1s } }",
    references: &["https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation"],
    meshes: &["istio"],
    aliases: &["IST0152"],
    upstream: "envoyfilter.EnvoyPatchAnalyzer",
    run,
    ..Rule::NEW
};

/// What `REPLACE` is for, in istioctl's eyes.
const UPSTREAM: [&str; 3] = ["HTTP_FILTER", "NETWORK_FILTER", "VIRTUAL_HOST"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let patches = world.view::<Patches>();
    let compatible = world.settings().compatible;
    let is_replaced = |target: &str| UPSTREAM.contains(&target) || (!compatible && target == "LISTENER_FILTER");
    let ignored = patches.iter().filter(|patch| &*patch.operation == "REPLACE" && !is_replaced(&patch.target));
    let findings = ignored.map(|patch| {
        let message = format!("REPLACE is ignored for {}", target(&patch.target));
        patch.finding(rule, message).with_help("merge it, or remove the old one and add the new one")
    });
    findings.collect()
}

fn target(target: &str) -> &str {
    if target.is_empty() { "what no applyTo says" } else { target }
}
