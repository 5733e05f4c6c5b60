//! MSH212 `istio-address-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH212",
    name: "istio-address-invalid",
    summary: "An address, a range of them, or a socket is none",
    why: "
Where Istio wants an address it takes one of IP, where it wants a range, one such as 10.0.0.0/8, and for a socket of the file
system unix:// with an absolute path. istiod's webhook refuses all else; it looks nothing up.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  tcp: [{ match: [{ destinationSubnets: [10.0.0.0/33] }], route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  tcp: [{ match: [{ destinationSubnets: [10.0.0.0/16] }], route: [{ destination: { host: reviews } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#L4MatchAttributes", "https://istio.io/latest/docs/reference/config/networking/workload-entry/#WorkloadEntry", "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.Gateway, \
               schema.ValidationAnalyzer.ServiceEntry, \
               schema.ValidationAnalyzer.Sidecar, \
               schema.ValidationAnalyzer.WorkloadEntry, \
               schema.ValidationAnalyzer.AuthorizationPolicy, \
               schema.ValidationAnalyzer.MeshConfig, \
               schema.ValidationAnalyzer.MeshNetworks",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Address)
}
