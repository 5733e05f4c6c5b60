//! MSH132 `envoyfilter-remove-ignored`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::Patches;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH132",
    name: "envoyfilter-remove-ignored",
    summary: "An EnvoyFilter removes a route configuration, which is ignored",
    why: "
A proxy has the route configurations that its listeners ask for, and needs them all: istiod leaves a patch out that
removes a `ROUTE_CONFIGURATION`, and the proxy is configured as if it were not there. For `HTTP_ROUTE` the
documentation says the same; releases of today remove the route all the same, and so that is a warning.",
    bad: "
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: route, namespace: shop }
spec:
  configPatches:
  - applyTo: ROUTE_CONFIGURATION
    patch: { operation: REMOVE }",
    good: "
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: route, namespace: shop }
spec:
  configPatches:
  - applyTo: ROUTE_CONFIGURATION
    patch: { operation: MERGE, value: { max_direct_response_body_size_bytes: 8192 } }",
    references: &["https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-Patch-Operation"],
    meshes: &["istio"],
    aliases: &["IST0154"],
    upstream: "envoyfilter.EnvoyPatchAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let patches = world.view::<Patches>();
    let findings = patches.iter().filter(|patch| &*patch.operation == "REMOVE").filter_map(|patch| {
        let severity = match &*patch.target {
            "ROUTE_CONFIGURATION" => Severity::Error,
            "HTTP_ROUTE" => Severity::Warning,
            _ => return None,
        };
        let message = format!("REMOVE is ignored for {}", patch.target);
        let finding = patch.finding(rule, message).as_bad_as(severity);
        Some(finding.with_help("change what is there by MERGE, or say it in a VirtualService"))
    });
    findings.collect()
}
