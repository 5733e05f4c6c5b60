//! MSH245 `sidecar-egress-host-twice`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH245",
    name: "sidecar-egress-host-twice",
    severity: Severity::Warning,
    summary: "A listener of a Sidecar names hosts that others of it stand for",
    why:
        "
The host adds nothing. Often the wildcard was left from before hosts were named, and the proxies are still told of all.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: reviews, namespace: shop }
spec:
  egress: [{ hosts: ['shop/*', shop/reviews.shop.svc.cluster.local] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: reviews, namespace: shop }
spec:
  egress: [{ hosts: [shop/ratings.shop.svc.cluster.local, shop/reviews.shop.svc.cluster.local] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener"],
    meshes: &["istio"],
    aliases: &["IST0133"],
    upstream: "schema.ValidationAnalyzer.Sidecar",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::EgressTwice)
}
