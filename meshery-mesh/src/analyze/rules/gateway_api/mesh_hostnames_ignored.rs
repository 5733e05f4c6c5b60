//! MSH333 `gateway-mesh-hostnames-ignored`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{is_of_mesh, routes};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH333",
    name: "gateway-mesh-hostnames-ignored",
    severity: Severity::Warning,
    summary: "A route for a Service says hostnames, which a mesh pays no regard to",
    why: "
A route whose parents are Services applies to all calls of these. What its `hostnames` mean is not settled, and meshes are told
to make nothing of them. To go by the name that a client calls, match the header `Host`.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ group: '', kind: Service, name: reviews }]
  hostnames: [reviews.example.com]
  rules: [{ backendRefs: [{ name: reviews, port: 80 }] }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ group: '', kind: Service, name: reviews }]
  rules:
  - { matches: [{ headers: [{ name: Host, value: reviews.example.com }] }], backendRefs: [{ name: reviews, port: 80 }] }",
    references: &["https://gateway-api.sigs.k8s.io/geps/gep-1294/#hostnames-field"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let of_mesh = routes(world).filter(|route| is_of_mesh(route));
    let findings = of_mesh.filter_map(|route| {
        let place = route.root.at(&["spec", "hostnames"]).filter(|hostnames| !hostnames.items().is_empty())?;
        let message = "a mesh applies the route to all calls of the Service, whatever the hostname";
        Some(rule.finding(route, place.span, message).with_help("match the header \"Host\" instead"))
    });
    findings.collect()
}
