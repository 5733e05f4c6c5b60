//! MSH221 `istio-export-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH221",
    name: "istio-export-invalid",
    summary: "exportTo names no namespaces, or contradicts itself",
    why: "
`*` stands for all namespaces and `.` for the own one, which stand alone; a ServiceEntry may be for nobody with `~`. What
holds for workloads by their labels holds for its own namespace only. istiod's webhook refuses all else.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  exportTo: ['*', shop]
  http: [{ route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  exportTo: ['*']
  http: [{ route: [{ destination: { host: reviews } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService", "https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.ServiceEntry",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Export)
}
