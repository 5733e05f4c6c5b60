//! MSH220 `istio-parts-conflict`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH220",
    name: "istio-parts-conflict",
    summary: "Two parts say things that exclude each other",
    why: "
A path that is rewritten in two ways, mirrors that are told by both of two fields, connections that are tunnelled and begin
with the proxy protocol: one of them would be left unheard, so istiod's webhook refuses the object.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ rewrite: { uri: /a, uriRegexRewrite: { match: /b, rewrite: /c } }, route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ rewrite: { uri: /a }, route: [{ destination: { host: reviews } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRewrite", "https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.Sidecar, \
               schema.ValidationAnalyzer.PeerAuthentication, \
               schema.ValidationAnalyzer.MeshConfig",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Conflict)
}
