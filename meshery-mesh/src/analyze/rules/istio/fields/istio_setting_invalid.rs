//! MSH227 `istio-setting-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH227",
    name: "istio-setting-invalid",
    summary: "A setting has a value that Istio does not take, or is not for this place",
    why: "
Conditions of retries, methods of CORS, statuses of faults, schemes of redirects, protocols of tunnels: the definitions of
the kinds take any text, and istiod's webhook only those that there are. Some settings are for other places: claims of
tokens are known to gateways only, and no Gateway forwards to a target port.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ retries: { attempts: 3, retryOn: '5xx, reset' }, route: [{ destination: { host: reviews } }] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http: [{ retries: { attempts: 3, retryOn: '5xx,reset' }, route: [{ destination: { host: reviews } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry", "https://istio.io/latest/docs/reference/config/networking/virtual-service/#CorsPolicy", "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.Gateway, \
               schema.ValidationAnalyzer.Sidecar, \
               schema.ValidationAnalyzer.WorkloadGroup, \
               schema.ValidationAnalyzer.WasmPlugin, \
               schema.ValidationAnalyzer.TrafficExtension",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Setting)
}
