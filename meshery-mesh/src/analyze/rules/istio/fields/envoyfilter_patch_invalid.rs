//! MSH237 `envoyfilter-patch-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH237",
    name: "envoyfilter-patch-invalid",
    summary: "A patch of an EnvoyFilter cannot be applied",
    why: "
A patch says what is changed, how, and, unless it takes something away, to what. It is looked for by what is of its class.
istiod's webhook refuses all else, and types of the second version of Envoy's API. Whether the rest of a value is as Envoy
wants it is not looked at here.",
    bad: "
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: reviews, namespace: shop }
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    match: { context: GATEWAY, listener: { portNumber: 80 } }
    patch:
      operation: INSERT_BEFORE",
    good: "
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
    references: &["https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-EnvoyConfigObjectPatch"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.EnvoyFilter",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Patch)
}
