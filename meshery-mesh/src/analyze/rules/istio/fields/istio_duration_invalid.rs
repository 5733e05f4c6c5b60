//! MSH213 `istio-duration-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH213",
    name: "istio-duration-invalid",
    summary: "A duration is finer than Istio takes it",
    why: "
Durations are whole milliseconds, and one at least, but for a few that may be 0 for never. How long answers to preflights
are kept and how long proxies drain is told in whole seconds.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ timeout: 1.0005s, route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ timeout: 1.5s, route: [{ destination: { host: reviews } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRoute", "https://protobuf.dev/reference/protobuf/google.protobuf/#duration"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.Sidecar, \
               schema.ValidationAnalyzer.RequestAuthentication, \
               schema.ValidationAnalyzer.MeshConfig",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Duration)
}
