//! MSH251 `virtualservice-without-rules`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH251",
    name: "virtualservice-without-rules",
    summary: "A VirtualService has no rules",
    why: "
istiod's webhook refuses it. Where the webhook is not called, requests to its hosts are answered with 404 by gateways.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  exportTo: [.]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ route: [{ destination: { host: reviews } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService"],
    meshes: &["istio"],
    aliases: &["IST0106", "KIA1103"],
    upstream: "schema.ValidationAnalyzer.VirtualService",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::NoRules)
}
