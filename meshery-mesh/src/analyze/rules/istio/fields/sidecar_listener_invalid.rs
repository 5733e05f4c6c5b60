//! MSH233 `sidecar-listener-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH233",
    name: "sidecar-listener-invalid",
    summary: "A listener of a Sidecar cannot be as it is told",
    why: "
A Sidecar forwards to its own pod, has no use for settings of TLS that are for Gateways, and the listener for all ports that
others leave is the last. istiod's webhook refuses all else.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: reviews, namespace: shop }
spec:
  ingress: [{ port: { number: 9080, name: http, protocol: HTTP }, defaultEndpoint: '10.0.0.1:9080' }]
  egress: [{ hosts: ['./*'] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: reviews, namespace: shop }
spec:
  ingress: [{ port: { number: 9080, name: http, protocol: HTTP }, defaultEndpoint: '127.0.0.1:9080' }]
  egress: [{ hosts: ['./*'] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioIngressListener", "https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.Sidecar",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Listener)
}
