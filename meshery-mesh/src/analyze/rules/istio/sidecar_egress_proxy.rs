//! MSH123 `sidecar-egress-proxy`.

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::SIDECAR;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH123",
    name: "sidecar-egress-proxy",
    severity: Severity::Warning,
    summary: "A Sidecar names a proxy for what leaves the mesh, and Istio ignores it",
    why: "
The field `outboundTrafficPolicy.egressProxy` is in no documentation of Istio's. It is used only where the same policy
says the mode `ALLOW_ANY`; with any other mode, or none, requests to hosts that the mesh does not know are refused,
and the proxy that is named gets nothing.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec:
  outboundTrafficPolicy:
    mode: REGISTRY_ONLY
    egressProxy: { host: egress.gateways.svc.cluster.local }",
    good: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec:
  outboundTrafficPolicy:
    mode: REGISTRY_ONLY",
    references: &["https://istio.io/latest/docs/reference/config/networking/sidecar/#OutboundTrafficPolicy"],
    meshes: &["istio"],
    aliases: &["IST0002"],
    upstream: "deprecation.DeprecationAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    world.each(SIDECAR, |sidecar| check(sidecar, compatible, rule))
}

fn check(sidecar: &Resource, compatible: bool, rule: &RuleInfo) -> Option<Finding> {
    let policy = sidecar.root.at(&["spec", "outboundTrafficPolicy"])?;
    let proxy = policy.get("egressProxy").filter(|proxy| !matches!(proxy.value, Value::Null))?;
    let mode = policy.get("mode").and_then(Node::as_str);
    // istioctl calls it ignored always; it is not.
    if !compatible && mode == Some("ALLOW_ANY") {
        return None;
    }
    let finding = rule.finding(sidecar, proxy.span, "egressProxy is ignored");
    Some(finding.with_help("take it away, and lead the hosts through an egress gateway by a VirtualService"))
}
