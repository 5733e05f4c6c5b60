//! MSH327 `gateway-redirect-loop`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{Listener, Listeners, attachments, overlap, rules};
use crate::analyze::kinds::HTTP_ROUTE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH327",
    name: "gateway-redirect-loop",
    severity: Severity::Warning,
    summary: "A redirect leads back to where it came from",
    why: "
A route without a `sectionName` is attached to every listener of its parent. One that redirects HTTP to HTTPS is then attached
to the HTTPS listener, too, and redirects each request to itself until the browser gives up. Name the listener for plain HTTP
in `sectionName`.

A redirect that changes neither scheme, hostname, port nor path does so anywhere.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners:
  - { name: http, port: 80, protocol: HTTP }
  - { name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: shop }] } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: to-https, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }] }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners:
  - { name: http, port: 80, protocol: HTTP }
  - { name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: shop }] } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: to-https, namespace: shop }
spec:
  parentRefs: [{ name: public, sectionName: http }]
  rules: [{ filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }] }]",
    references: &[
        "https://gateway-api.sigs.k8s.io/guides/http-redirect-rewrite/#http-to-https-redirects",
        "https://gateway-api.sigs.k8s.io/reference/spec/#httprequestredirectfilter",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let listeners = world.view::<Listeners>();
    let mut findings = Vec::new();
    for route in world.of(HTTP_ROUTE) {
        let redirects: Vec<&Node> = rules(route).iter().flat_map(redirects).collect();
        if redirects.is_empty() {
            continue;
        }
        let open: Vec<&Listener> = attachments(route, &listeners)
            .flat_map(|parent| parent.asked)
            .filter(|it| is_for(world, route, it))
            .collect();
        for redirect in redirects {
            let Some(listener) = open.iter().find(|listener| leads_back(redirect, listener)) else { continue };
            let message = format!("requests of listener {:?} are redirected to where they came from", listener.name);
            let help = "name the listener for plain HTTP in \"sectionName\" of \"parentRefs\"";
            let finding = rule.finding(route, redirect.span, message).with_help(help);
            findings.push(finding.with_related(&listener.object, listener.node.span, "the listener"));
        }
    }
    findings
}

/// The redirects of a rule that keep the hostname and the path.
fn redirects(part: &Node) -> impl Iterator<Item = &Node> {
    let filters = part.get("filters").map(Node::items).unwrap_or_default().iter();
    let redirects = filters.filter_map(|filter| filter.get("requestRedirect"));
    redirects.filter(|redirect| redirect.get("hostname").is_none() && redirect.get("path").is_none())
}

/// Whether a listener takes requests for a route, for certain.
fn is_for(world: &World, route: &Resource, listener: &Listener) -> bool {
    let hostnames = route.items(&["spec", "hostnames"]);
    let mut names = hostnames.iter().filter_map(Node::as_str);
    listener.takes(HTTP_ROUTE)
        && listener.takes_from(world, route.namespace_or_default()) == Some(true)
        && (hostnames.is_empty() || names.any(|name| overlap(name, &listener.hostname)))
}

fn leads_back(redirect: &Node, listener: &Listener) -> bool {
    let own = match &*listener.protocol {
        "HTTP" => "http",
        "HTTPS" => "https",
        _ => return false,
    };
    let scheme = redirect.get("scheme").and_then(Node::as_str);
    let usual = match scheme {
        Some("http") => 80,
        Some("https") => 443,
        // Without a scheme it is the listener's own port.
        _ => listener.port,
    };
    let port = redirect.get("port").and_then(Node::as_int).unwrap_or(usual);
    scheme.unwrap_or(own) == own && port == listener.port
}
