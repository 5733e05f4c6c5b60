//! MSH232 `serviceentry-resolution-contradicted`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH232",
    name: "serviceentry-resolution-contradicted",
    summary: "A ServiceEntry says things that its resolution excludes",
    why: "
How endpoints are found says what may be told of them: hosts with wildcards cannot be looked up, endpoints have only the
ports of the ServiceEntry, and several hosts on one port of bytes are not told apart. istiod's webhook refuses the object.",
    bad: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: reviews, namespace: shop }
spec:
  hosts: ['*.example.com']
  ports: [{ number: 443, name: tls, protocol: TLS }]
  resolution: DNS",
    good: "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [www.example.com]
  ports: [{ number: 443, name: tls, protocol: TLS }]
  resolution: DNS",
    references: &["https://istio.io/latest/docs/reference/config/networking/service-entry/#ServiceEntry-Resolution"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.ServiceEntry",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Resolution)
}
