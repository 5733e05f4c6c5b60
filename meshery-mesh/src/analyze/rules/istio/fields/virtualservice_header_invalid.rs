//! MSH223 `virtualservice-header-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH223",
    name: "virtualservice-header-invalid",
    summary: "A header has no valid name or value, or cannot be changed",
    why: "
Names of headers are of the characters that HTTP allows. Those of HTTP itself cannot be changed, but for the host of a
request. In a value a percent sign begins an expression of Envoy, which must end; `%%` stands for the sign itself.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ headers: { response: { set: { x-share: '50%' } } }, route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ headers: { response: { set: { x-share: '50%%' } } }, route: [{ destination: { host: reviews } }] }]",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers",
        "https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers",
    ],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.WorkloadGroup",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Header)
}
