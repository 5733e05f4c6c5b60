//! MSH833 `outlier-ejects-all`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::Upstreams;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH833",
    name: "outlier-ejects-all",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "Outlier detection may take out all endpoints of a host",
    why: "
With `maxEjectionPercent: 100` every endpoint that fails is taken out, and when all fail for a moment, for example because
what they all call is slow, nobody is left: clients get 503 for as long as the endpoints stay out, though they may have
recovered at once. Envoy would send to all of them instead when too few are healthy, where this panic is not turned off: in
Istio and Consul it is unless `minHealthPercent` is set (Istio), in Kuma only by `healthyPanicThreshold: 0`.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec:
  host: orders
  trafficPolicy: { outlierDetection: { consecutive5xxErrors: 3, maxEjectionPercent: 100 } }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec:
  host: orders
  trafficPolicy: { outlierDetection: { consecutive5xxErrors: 3, maxEjectionPercent: 50 } }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/destination-rule/#OutlierDetection",
        "https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/panic_threshold",
        "https://kuma.io/docs/latest/policies/meshcircuitbreaker/",
        "https://developer.hashicorp.com/consul/docs/reference/config-entry/service-defaults",
    ],
    meshes: &["consul", "istio", "kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let upstreams = world.view::<Upstreams>();
    let findings = upstreams.iter().filter(|upstream| !upstream.panics).filter_map(|upstream| {
        let (percent, place) = upstream.ejected.as_ref().filter(|(percent, _)| *percent >= 100)?;
        let message = format!("all endpoints may be taken out at once: {percent} percent of them, and without panic");
        let help = "let less than all be taken out, or let the proxy use them all when too few are left";
        Some(rule.finding(&upstream.object, place.span, message).with_help(help))
    });
    findings.collect()
}
