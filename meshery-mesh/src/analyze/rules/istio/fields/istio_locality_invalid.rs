//! MSH231 `istio-locality-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH231",
    name: "istio-locality-invalid",
    summary: "How requests are divided by localities cannot be",
    why: "
The weights of a source's destinations make 100, no locality is within another of the list, a wildcard stands at the end
only, and requests fail over from one region to another. istiod's webhook refuses all else.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  trafficPolicy:
    outlierDetection: { consecutive5xxErrors: 5 }
    loadBalancer:
      localityLbSetting:
        distribute: [{ from: eu/*, to: { eu/*: 80, us/*: 10 } }]",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  trafficPolicy:
    outlierDetection: { consecutive5xxErrors: 5 }
    loadBalancer:
      localityLbSetting:
        distribute: [{ from: eu/*, to: { eu/*: 90, us/*: 10 } }]",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting",
    ],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.MeshConfig",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Locality)
}
