//! MSH218 `istio-target-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH218",
    name: "istio-target-invalid",
    summary: "A policy is attached to what no policy can be attached to",
    why: "
By name a policy is attached to a Service, a ServiceEntry, or a Gateway or GatewayClass of the Gateway API, with its group,
in the policy's own namespace. istiod's webhook refuses others; above all a Gateway of Istio's own API is none of them.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  targetRefs: [{ kind: Gateway, group: networking.istio.io, name: reviews }]
  rules: [{}]",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  targetRefs: [{ kind: Gateway, group: gateway.networking.k8s.io, name: reviews }]
  rules: [{}]",
    references: &["https://istio.io/latest/docs/reference/config/type/workload-selector/#PolicyTargetReference"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.AuthorizationPolicy, \
               schema.ValidationAnalyzer.RequestAuthentication, \
               schema.ValidationAnalyzer.Telemetry, \
               schema.ValidationAnalyzer.WasmPlugin, \
               schema.ValidationAnalyzer.TrafficExtension",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Target)
}
