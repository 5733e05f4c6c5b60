//! MSH246 `istio-setting-without-effect`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH246",
    name: "istio-setting-without-effect",
    severity: Severity::Warning,
    summary: "A setting has no effect, or not all of it",
    why: "
It is valid by itself, and something else keeps it from being looked at: a failover for which no endpoint ever counts as
failed, a fault without an error, limits of HTTP for a port of bytes.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  trafficPolicy: { loadBalancer: { localityLbSetting: { failover: [{ from: eu, to: us }] } } }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 }, loadBalancer: { localityLbSetting: { failover: [{ from: eu, to: us }] } } }",
    references: &["https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting", "https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection-Abort"],
    meshes: &["istio"],
    aliases: &["IST0133"],
    upstream: "schema.ValidationAnalyzer.VirtualService, \
               schema.ValidationAnalyzer.DestinationRule, \
               schema.ValidationAnalyzer.Gateway, \
               schema.ValidationAnalyzer.ServiceEntry, \
               schema.ValidationAnalyzer.Sidecar, \
               schema.ValidationAnalyzer.WorkloadEntry, \
               schema.ValidationAnalyzer.EnvoyFilter, \
               schema.ValidationAnalyzer.Telemetry",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::NoEffect)
}
