//! MSH304 `gateway-route-not-allowed`.

use meshery_core::{Finding, Resource, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{Attachment, Listener, Listeners, admits, attachments, defining, kind_of, routes};
use crate::analyze::kinds::K8S_GATEWAY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH304",
    name: "gateway-route-not-allowed",
    summary: "A Gateway or ListenerSet lets no route of this kind or namespace in, or no ListenerSet of the namespace",
    why: "
The route is refused: `NotAllowedByListeners`. A listener lets in only routes of its own namespace unless
`allowedRoutes.namespaces` says otherwise, and only kinds that its protocol can carry and that `allowedRoutes.kinds` lists,
if that is there. A ReferenceGrant changes nothing about it.

A Gateway lets no ListenerSets in, not even of its own namespace, unless `allowedListeners` says otherwise.

Where a listener goes by labels of namespaces, and the Namespace is not among the objects, nothing is said.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: ingress }
spec: { gatewayClassName: istio, listeners: [{ name: http, port: 80, protocol: HTTP }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ name: public, namespace: ingress }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: ingress }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ name: public, namespace: ingress }] }",
    references: &[
        "https://gateway-api.sigs.k8s.io/reference/spec/#allowedroutes",
        "https://gateway-api.sigs.k8s.io/guides/multiple-ns/",
        "https://gateway-api.sigs.k8s.io/geps/gep-1713/",
    ],
    aliases: &["KIA1401"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let listeners = world.view::<Listeners>();
    let mut findings = Vec::new();
    for route in routes(world) {
        findings.extend(attachments(route, &listeners).filter_map(|parent| refused(world, rule, route, &parent)));
    }
    findings.extend(defining(world).filter_map(|(set, parent)| {
        let gateway = &listeners.named(&parent).filter(|_| parent.kind == K8S_GATEWAY)?.object;
        let allowed = gateway.root.at(&["spec", "allowedListeners", "namespaces"]);
        let (own, other) = (gateway.namespace_or_default(), set.namespace_or_default());
        if admits(world, allowed, "None", own, other) != Some(false) {
            return None;
        }
        let message = format!("{gateway} takes no ListenerSets of namespace {other:?}");
        let help = format!("let namespace {other:?} in by \"allowedListeners.namespaces\" of the Gateway");
        let finding = rule.finding(set, parent.place("name"), message).with_help(help);
        Some(finding.with_related(gateway, allowed.map_or(gateway.head(), |it| it.span), "what the Gateway lets in"))
    }));
    findings
}

fn refused(world: &World, rule: &RuleInfo, route: &Resource, parent: &Attachment<'_>) -> Option<Finding> {
    let kind = kind_of(route)?;
    let own = route.namespace_or_default();
    let of_kind: Vec<&&Listener> = parent.asked.iter().filter(|listener| listener.takes(kind)).collect();
    let first = parent.asked.first()?;
    let which = match parent.asked.as_slice() {
        [only] => format!("listener {:?} of {}", only.name, parent.object),
        _ => format!("no listener of {}", parent.object),
    };
    let not = if parent.asked.len() == 1 { "does not take" } else { "takes" };
    let (message, help) = if of_kind.is_empty() {
        let listed = first.node.at(&["allowedRoutes", "kinds"]).is_some();
        let message = format!("{which} {not} a {}", kind.name);
        let help = if listed {
            format!("list {} in \"allowedRoutes.kinds\" of a listener whose protocol can carry it", kind.name)
        } else {
            format!("name a listener whose protocol can carry a {}", kind.name)
        };
        (message, help)
    } else if of_kind.iter().all(|listener| listener.takes_from(world, own) == Some(false)) {
        let message = format!("{which} {not} routes of namespace {own:?}");
        (message, format!("let namespace {own:?} in by \"allowedRoutes.namespaces\" of the listener"))
    } else {
        return None;
    };
    let finding = rule.finding(route, parent.parent.place("name"), message).with_help(help);
    Some(finding.with_related(&first.object, first.node.span, "the listener"))
}
