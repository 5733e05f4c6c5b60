//! MSH315 `gateway-backend-protocol-unsupported`.

use meshery_core::{Finding, Resource, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{UDP_ROUTE, backends, routes};
use crate::analyze::kinds::{GRPC_ROUTE, SERVICE};
use crate::analyze::kubernetes::{Port, Services};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH315",
    name: "gateway-backend-protocol-unsupported",
    summary: "A route sends requests to a port of a Service that speaks another protocol",
    why: "
The backend is refused: `UnsupportedProtocol`. A UDPRoute needs a port of protocol UDP, every other route one of TCP; and a
port whose `appProtocol` says that it speaks WebSocket does not speak gRPC.

What else an `appProtocol` may say is up to the controller.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: dns, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ backendRefs: [{ name: dns, port: 53 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: dns, namespace: shop }
spec: { ports: [{ port: 53, protocol: UDP }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: UDPRoute
metadata: { name: dns, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ backendRefs: [{ name: dns, port: 53 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: dns, namespace: shop }
spec: { ports: [{ port: 53, protocol: UDP }] }",
    references: &[
        "https://gateway-api.sigs.k8s.io/guides/backend-protocol/",
        "https://gateway-api.sigs.k8s.io/reference/spec/#routeconditionreason",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let services = world.view::<Services>();
    let mut findings = Vec::new();
    for route in routes(world) {
        for it in backends(route) {
            let Some(number) = it.port().filter(|_| it.kind == SERVICE) else { continue };
            let Some(service) = services.get(it.namespace, it.name) else { continue };
            let ports: Vec<&Port> = service.ports.iter().filter(|port| port.number == number).collect();
            // One number may be there once for each protocol.
            let flaws: Vec<&str> = ports.iter().filter_map(|port| flaw(route, port)).collect();
            let Some(port) = ports.first().filter(|_| flaws.len() == ports.len()) else { continue };
            let Some(flaw) = flaws.first() else { continue };
            let message = format!("port {number} of {} {flaw}, and a {} cannot use it", service.object, route.kind);
            let help = "name another port, or say in the Service what this one really speaks";
            let finding = rule.finding(route, it.place("port"), message).with_help(help);
            findings.push(finding.with_related(&service.object, port.node.span, "the port"));
        }
    }
    findings
}

fn flaw(route: &Resource, port: &Port) -> Option<&'static str> {
    let is_udp_route = route.kind() == UDP_ROUTE;
    match (&*port.protocol, port.app_protocol.as_deref()) {
        ("UDP", _) if !is_udp_route => Some("is of protocol UDP"),
        ("SCTP", _) => Some("is of protocol SCTP"),
        ("TCP", _) if is_udp_route => Some("is of protocol TCP"),
        (_, Some("kubernetes.io/ws" | "kubernetes.io/wss")) if route.kind() == GRPC_ROUTE => Some("speaks WebSocket"),
        _ => None,
    }
}
