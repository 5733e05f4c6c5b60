//! MSH835 `locality-without-outlier`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::Upstreams;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH835",
    name: "locality-without-outlier",
    severity: Severity::Warning,
    category: Category::Correctness,
    summary: "A failover between localities has nothing that tells when to fail over",
    why: "
Envoy goes to the next locality when too few endpoints of its own are healthy. Whether they are it learns from outlier
detection: without it all of them count as healthy whatever they answer, and requests stay where they fail. Istio's
reference asks for it where `failover` is used.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec:
  host: orders
  trafficPolicy:
    loadBalancer: { localityLbSetting: { enabled: true, failover: [{ from: eu, to: us }] } }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec:
  host: orders
  trafficPolicy:
    loadBalancer: { localityLbSetting: { enabled: true, failover: [{ from: eu, to: us }] } }
    outlierDetection: { consecutive5xxErrors: 3, interval: 10s }",
    references: &[
        "https://istio.io/latest/docs/tasks/traffic-management/locality-load-balancing/failover/",
        "https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting",
    ],
    meshes: &["istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let upstreams = world.view::<Upstreams>();
    let findings = upstreams.iter().filter(|upstream| upstream.outlier.is_none()).filter_map(|upstream| {
        let locality = upstream.locality.as_ref()?;
        let failover = ["failover", "failoverPriority"].into_iter().filter_map(|key| locality.get(key));
        let place = failover.into_iter().find(|it| !it.is_empty())?;
        let message =
            format!("requests for {:?} never fail over: no outlier detection tells who is healthy", upstream.host);
        Some(rule.finding(&upstream.object, place.span, message).with_help("set outlierDetection beside it"))
    });
    findings.collect()
}
