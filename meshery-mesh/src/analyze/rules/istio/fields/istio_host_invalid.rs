//! MSH210 `istio-host-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH210",
    name: "istio-host-invalid",
    summary: "A host is no name that Istio takes",
    why: "
Hosts are domain names: labels of letters, digits and inner hyphens, at most 63 of them, with dots between. A wildcard may
stand at the start, and in Gateways, Sidecars and ServiceEntries for a whole label only. Gateways and Sidecars take no short
names, and Sidecars want the namespace before a slash. istiod's webhook refuses an object with any other host.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews_v1
  trafficPolicy: { tls: { mode: ISTIO_MUTUAL } }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews-v1
  trafficPolicy: { tls: { mode: ISTIO_MUTUAL } }",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService", "https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioEgressListener", "https://istio.io/latest/docs/reference/config/networking/gateway/#Server"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.Gateway, \
               schema.ValidationAnalyzer.ServiceEntry, \
               schema.ValidationAnalyzer.Sidecar, \
               schema.ValidationAnalyzer.MeshConfig, \
               schema.ValidationAnalyzer.MeshNetworks",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Host)
}
