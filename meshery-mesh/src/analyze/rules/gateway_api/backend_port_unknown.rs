//! MSH314 `gateway-backend-port-unknown`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{backends, routes};
use crate::analyze::kinds::SERVICE;
use crate::analyze::kubernetes::Services;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH314",
    name: "gateway-backend-port-unknown",
    summary: "A route sends requests to a port that the Service does not have",
    why: "
Nobody is there to take the requests, which are answered with 500 or 503. The port of a backend is that of the Service, its
`port`, and not the `targetPort` of the pods behind it.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ backendRefs: [{ name: reviews, port: 8080 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 80, targetPort: 8080 }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ backendRefs: [{ name: reviews, port: 80 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ port: 80, targetPort: 8080 }] }",
    references: &["https://gateway-api.sigs.k8s.io/reference/spec/#backendobjectreference"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let services = world.view::<Services>();
    let mut findings = Vec::new();
    for route in routes(world) {
        for it in backends(route) {
            let Some(port) = it.port().filter(|_| it.kind == SERVICE) else { continue };
            let Some(service) = services.get(it.namespace, it.name) else { continue };
            // A Service without ports is a name for something outside, or refused itself.
            if service.ports.is_empty() || service.ports.iter().any(|its| its.number == port) {
                continue;
            }
            let target = port.to_string();
            let help = if let Some(its) = service.ports.iter().find(|its| *its.target == *target) {
                format!("its port {} leads to port {port} of the pods; name that one", its.number)
            } else {
                let numbers: Vec<String> = service.ports.iter().map(|its| its.number.to_string()).collect();
                format!("its ports are {}", numbers.join(", "))
            };
            let message = format!("{} has no port {port}", service.object);
            let finding = rule.finding(route, it.place("port"), message).with_help(help);
            findings.push(finding.with_related(&service.object, service.object.head(), "the Service"));
        }
    }
    findings
}
