//! MSH226 `virtualservice-weights-missing`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH226",
    name: "virtualservice-weights-missing",
    summary: "Several destinations share requests, and none has a weight",
    why: "
A weight that is left out is 0. Where all of them are, nothing says how requests are divided, and istiod's webhook refuses
the object.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ route: [{ destination: { host: reviews } }, { destination: { host: reviews-v2 } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ route: [{ destination: { host: reviews }, weight: 90 }, { destination: { host: reviews-v2 }, weight: 10 }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRouteDestination"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Weights)
}
