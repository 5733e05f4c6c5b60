//! MSH225 `virtualservice-action-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH225",
    name: "virtualservice-action-invalid",
    summary: "A rule does nothing with its requests, or two things at once",
    why: "
A rule sends requests on, redirects them, answers them, or includes the rules of another VirtualService, and does one of
these. A VirtualService without hosts is there to be included: it has no gateways, has rules for HTTP only, and includes no
other. istiod's webhook refuses all else.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ redirect: { uri: /b }, route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ match: [{ uri: { exact: /a } }], redirect: { uri: /b } }, { route: [{ destination: { host: reviews } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute", "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Delegate"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Action)
}
