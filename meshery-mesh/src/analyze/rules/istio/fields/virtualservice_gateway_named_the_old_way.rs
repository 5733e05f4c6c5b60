//! MSH252 `virtualservice-gateway-named-the-old-way`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH252",
    name: "virtualservice-gateway-named-the-old-way",
    severity: Severity::Warning,
    summary: "A Gateway is named by a host, as it was done before",
    why: "
Istio reads `web.shop` and `web.shop.svc.cluster.local` as the Gateway web of the namespace shop, and says to write
`shop/web`, which cannot be taken for a host.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews.example.com]
  gateways: [web.shop.svc.cluster.local]
  http: [{ route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews.example.com]
  gateways: [shop/web]
  http: [{ route: [{ destination: { host: reviews } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService"],
    meshes: &["istio"],
    aliases: &["IST0133", "KIA1108"],
    upstream: "schema.ValidationAnalyzer.VirtualService",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::OldGatewayName)
}
