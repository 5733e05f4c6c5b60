//! MSH306 `gateway-listener-kinds-unsupported`.

use meshery_core::resource::{Kind, Node};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{GROUP, Listener, Listeners, ROUTES, serves};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH306",
    name: "gateway-listener-kinds-unsupported",
    summary: "A listener lets in kinds of routes that it cannot serve",
    why: "
An HTTP or HTTPS listener serves HTTPRoutes and GRPCRoutes, a TLS listener TLSRoutes and TCPRoutes, a TCP listener TCPRoutes
and a UDP listener UDPRoutes. For any other kind of the Gateway API the listener's references are not resolved:
`InvalidRouteKinds`. If it lists no kind that it can serve, no route is attached to it at all.

Nothing is said of kinds of other groups, and of protocols that only some controller knows.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners:
  - { name: http, port: 80, protocol: HTTP, allowedRoutes: { kinds: [{ kind: HTTPRoute }, { kind: TCPRoute }] } }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners:
  - { name: http, port: 80, protocol: HTTP, allowedRoutes: { kinds: [{ kind: HTTPRoute }, { kind: GRPCRoute }] } }",
    references: &[
        "https://gateway-api.sigs.k8s.io/reference/spec/#allowedroutes",
        "https://gateway-api.sigs.k8s.io/concepts/api-overview/#route-summary-table",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let listeners = world.view::<Listeners>();
    listeners.all().flat_map(|own| &own.listeners).flat_map(|listener| check(rule, listener)).collect()
}

fn check(rule: &RuleInfo, listener: &Listener) -> Vec<Finding> {
    let entries = listener.node.at(&["allowedRoutes", "kinds"]).map(Node::items).unwrap_or_default();
    let wrong = entries.iter().filter_map(|entry| {
        let kind = entry.get("kind").and_then(Node::as_str)?;
        let group = entry.get("group").and_then(Node::as_str).unwrap_or(GROUP);
        if group != GROUP {
            return None;
        }
        let known = ROUTES.contains(&Kind::new(group, kind));
        let served = serves(&listener.protocol);
        let message = match served {
            Some(served) if known && !served.iter().any(|it| it.name == kind) => {
                format!("a listener of protocol {} cannot serve a {kind}", listener.protocol)
            }
            _ if !known => format!("the Gateway API has no route of the kind {kind:?}"),
            _ => return None,
        };
        let served: Vec<&str> = served.unwrap_or(&ROUTES).iter().map(|kind| kind.name).collect();
        let help = format!("list only {}", served.join(" and "));
        let place = entry.get("kind").map_or(entry.span, |kind| kind.span);
        Some(rule.finding(&listener.object, place, message).with_help(help))
    });
    wrong.collect()
}
