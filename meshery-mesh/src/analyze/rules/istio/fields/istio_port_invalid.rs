//! MSH211 `istio-port-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH211",
    name: "istio-port-invalid",
    summary: "A port is none, or has a name or a protocol that there is not",
    why: "
Ports are between 1 and 65535, their names are labels, and their protocols are those that Istio knows. istiod's webhook
refuses an object with any other port. A port that is left out is 0, which is none.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ route: [{ destination: { host: reviews, port: { number: 0 } } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ route: [{ destination: { host: reviews, port: { number: 9080 } } }] }]",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/virtual-service/#PortSelector",
        "https://istio.io/latest/docs/reference/config/networking/gateway/#Port",
        "https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/",
    ],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.Gateway, \
               schema.ValidationAnalyzer.ServiceEntry, \
               schema.ValidationAnalyzer.Sidecar, \
               schema.ValidationAnalyzer.WorkloadEntry, \
               schema.ValidationAnalyzer.WorkloadGroup, \
               schema.ValidationAnalyzer.PeerAuthentication, \
               schema.ValidationAnalyzer.AuthorizationPolicy, \
               schema.ValidationAnalyzer.WasmPlugin, \
               schema.ValidationAnalyzer.TrafficExtension, \
               schema.ValidationAnalyzer.MeshConfig, \
               schema.ValidationAnalyzer.MeshNetworks",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Port)
}
