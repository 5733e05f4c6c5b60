//! MSH328 `gateway-mesh-parent-headless`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{parents, routes};
use crate::analyze::kinds::SERVICE;
use crate::analyze::kubernetes::Services;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH328",
    name: "gateway-mesh-parent-headless",
    severity: Severity::Warning,
    summary: "A route is for a Service that has no address of its own",
    why: "
In a mesh a route applies to connections to the addresses of its parent. A headless Service, and one that is a name for
something outside, has none: clients talk to the pods, or to somebody else. Kuma refuses such a parent; other meshes leave
the route unused or apply it by the `Host` header alone.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ group: '', kind: Service, name: reviews }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { clusterIP: None, ports: [{ port: 80 }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ group: '', kind: Service, name: reviews }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 80 }] }",
    references: &[
        "https://gateway-api.sigs.k8s.io/mesh/service-facets/",
        "https://github.com/kumahq/kuma/issues/18150",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let services = world.view::<Services>();
    let mut findings = Vec::new();
    for route in routes(world) {
        for parent in parents(route).filter(|parent| parent.kind == SERVICE) {
            let Some(service) = services.get(parent.namespace, parent.name) else { continue };
            let what = match (service.is_headless(), service.is_external_name()) {
                (true, _) => "is headless",
                (_, true) => "is a name for something outside",
                _ => continue,
            };
            let message = format!("{} {what}, and has no address that the route could apply to", service.object);
            let help = "make the parent a Service with an address of its own";
            let finding = rule.finding(route, parent.place("name"), message).with_help(help);
            findings.push(finding.with_related(&service.object, service.object.head(), "the Service"));
        }
    }
    findings
}
