//! MSH242 `istio-setting-deprecated`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH242",
    name: "istio-setting-deprecated",
    severity: Severity::Warning,
    summary: "A setting is one that others have taken the place of",
    why: "
It works still, or is not looked at any more, and a later release may refuse it.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ mirror: { host: reviews-v2 }, mirrorPercent: 10, route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ mirror: { host: reviews-v2 }, mirrorPercentage: { value: 10 }, route: [{ destination: { host: reviews } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute", "https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection"],
    meshes: &["istio"],
    aliases: &["IST0133"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.EnvoyFilter, \
               schema.ValidationAnalyzer.MeshConfig",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Deprecated)
}
