//! MSH224 `virtualservice-match-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH224",
    name: "virtualservice-match-invalid",
    summary: "A match is empty, or its regular expression cannot be used",
    why: "
Envoy matches with RE2, which has no look-around and no references, and Istio allows 1024 characters. A prefix that is empty
is refused by Envoy, but for the path.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ match: [{ uri: { regex: '/(?!admin).*' } }], route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ match: [{ uri: { regex: '/shop/.*' } }], route: [{ destination: { host: reviews } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#StringMatch", "https://github.com/google/re2/wiki/Syntax"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Match)
}
