//! MSH305 `gateway-hostname-unmatched`.

use meshery_core::resource::Node;
use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{Attachment, Listener, Listeners, attachments, kind_of, overlap, parents, routes};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH305",
    name: "gateway-hostname-unmatched",
    summary: "A route is for hostnames that no listener it is attached to has",
    why: "
A route gets the requests for names that it and the listener have in common. Without any the route is refused:
`NoMatchingListenerHostname`. A wildcard stands for one label or more, so that `*.example.com` is not `example.com`.

Where only some of the hostnames have no listener, those are passed over in silence, which is a warning.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: 80, protocol: HTTP, hostname: '*.example.com' }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ name: public }], hostnames: [example.com] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: 80, protocol: HTTP, hostname: '*.example.com' }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ name: public }], hostnames: [shop.example.com] }",
    references: &["https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let listeners = world.view::<Listeners>();
    routes(world).flat_map(|route| check(world, rule, &listeners, route)).collect()
}

fn check(world: &World, rule: &RuleInfo, listeners: &Listeners, route: &Resource) -> Vec<Finding> {
    let hostnames: Vec<(&Node, &str)> =
        route.items(&["spec", "hostnames"]).iter().filter_map(|node| Some((node, node.as_str()?))).collect();
    let attached: Vec<(Attachment<'_>, Vec<&Listener>)> = attachments(route, listeners)
        .map(|parent| {
            let open = taking(world, route, &parent);
            (parent, open)
        })
        .collect();
    if hostnames.is_empty() || attached.is_empty() {
        return Vec::new();
    }
    let has = |listener: &Listener, hostname: &str| overlap(&listener.hostname, hostname);
    let is_cut_off = |open: &[&Listener]| {
        !open.is_empty() && !open.iter().any(|it| hostnames.iter().any(|(_, hostname)| has(it, hostname)))
    };
    let mut findings: Vec<Finding> = Vec::new();
    for (parent, open) in attached.iter().filter(|(_, open)| is_cut_off(open)) {
        let span = route.root.at(&["spec", "hostnames"]).map_or(route.head(), |hostnames| hostnames.span);
        let message = format!("no hostname is one that {} listens for", parent.object);
        let finding = rule.finding(route, span, message).with_help(format!("it listens for {}", names(open)));
        findings.extend(open.first().map(|first| {
            finding.with_related(&first.object, first.place("hostname"), "what the listener listens for")
        }));
    }
    // Another parent that is not among the objects may have the name.
    if !findings.is_empty() || attached.len() < parents(route).count() {
        return findings;
    }
    let open: Vec<&Listener> = attached.iter().flat_map(|(_, open)| open).copied().collect();
    let lost = hostnames.iter().filter(|(_, hostname)| !open.is_empty() && !open.iter().any(|it| has(it, hostname)));
    let lost = lost.map(|(node, hostname)| {
        let message = format!("no listener of its parents listens for {hostname:?}");
        let help = format!("they listen for {}", names(&open));
        rule.finding(route, node.span, message).with_help(help).as_bad_as(Severity::Warning)
    });
    findings.extend(lost);
    findings
}

/// The listeners that would take the route, as far as can be told.
fn taking<'a>(world: &World, route: &Resource, parent: &Attachment<'a>) -> Vec<&'a Listener> {
    let own = route.namespace_or_default();
    let takes = |listener: &&Listener| {
        kind_of(route).is_some_and(|kind| listener.takes(kind)) && listener.takes_from(world, own) != Some(false)
    };
    parent.asked.iter().copied().filter(takes).collect()
}

fn names(open: &[&Listener]) -> String {
    let mut names: Vec<String> = open.iter().map(|listener| format!("{:?}", listener.hostname)).collect();
    names.sort();
    names.dedup();
    names.join(", ")
}
