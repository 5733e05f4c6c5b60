//! MSH219 `istio-part-missing`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH219",
    name: "istio-part-missing",
    summary: "A part is missing, or empty, without which the rest has no meaning",
    why: "
An empty traffic policy, a Gateway without servers, a redirect to nowhere: the definitions of the kinds allow it, and
istiod's webhook does not.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  trafficPolicy: {}",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  trafficPolicy: { loadBalancer: { simple: LEAST_REQUEST } }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy",
        "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRedirect",
    ],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.Gateway, \
               schema.ValidationAnalyzer.ServiceEntry, \
               schema.ValidationAnalyzer.Sidecar, \
               schema.ValidationAnalyzer.WorkloadGroup, \
               schema.ValidationAnalyzer.PeerAuthentication",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Missing)
}
