//! MSH214 `istio-number-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH214",
    name: "istio-number-invalid",
    summary: "A number is out of the bounds that Istio sets",
    why: "
Percentages are between 0 and 100, limits and weights are not negative, statuses are those that answers have, and Maglev's
table has a prime number of places. The definitions of the kinds do not say so, and istiod's webhook refuses the object.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  trafficPolicy: { outlierDetection: { maxEjectionPercent: 150 } }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  trafficPolicy: { outlierDetection: { maxEjectionPercent: 50 } }",
    references: &["https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection", "https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings-ConsistentHashLB-MagLev"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.Sidecar, \
               schema.ValidationAnalyzer.WorkloadGroup, \
               schema.ValidationAnalyzer.ProxyConfig, \
               schema.ValidationAnalyzer.Telemetry, \
               schema.ValidationAnalyzer.MeshConfig",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Number)
}
