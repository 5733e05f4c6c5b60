//! MSH228 `virtualservice-sni-outside-hosts`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH228",
    name: "virtualservice-sni-outside-hosts",
    summary: "A server name is of none of the hosts that the VirtualService is for",
    why: "
A rule for TLS picks among the connections to the VirtualService's hosts, so each server name must be one of them, or within
a wildcard among them. istiod's webhook refuses others.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: ['*.example.com']
  tls: [{ match: [{ sniHosts: [www.example.org] }], route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: ['*.example.com']
  tls: [{ match: [{ sniHosts: [www.example.com] }], route: [{ destination: { host: reviews } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#TLSMatchAttributes"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Sni)
}
