//! MSH216 `istio-item-twice`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH216",
    name: "istio-item-twice",
    summary: "Hosts, ports, subsets or attributes are there twice",
    why: "
What is told apart by its name must have one of its own: hosts of a VirtualService, also where a wildcard stands for another
of them, ports of a Gateway, listeners of a Sidecar, subsets of a DestinationRule, attributes of a cookie. istiod's webhook
refuses the object.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: ['*.example.com', www.example.com]
  http: [{ route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: ['*.example.com']
  http: [{ route: [{ destination: { host: reviews } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService", "https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule", "https://istio.io/latest/docs/reference/config/networking/gateway/#Port"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.Gateway, \
               schema.ValidationAnalyzer.ServiceEntry, \
               schema.ValidationAnalyzer.Sidecar",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Twice)
}
