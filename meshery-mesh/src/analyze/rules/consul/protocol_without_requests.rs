//! MSH631 `consul-protocol-without-requests`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Span, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::consul::{ServiceObjects, each, text};
use crate::analyze::kinds::{INGRESS_GATEWAY, SERVICE_INTENTIONS, SERVICE_ROUTER, SERVICE_SPLITTER};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH631",
    name: "consul-protocol-without-requests",
    summary: "Requests of a service are routed, split or told apart, though its protocol is TCP",
    why: "
A ServiceRouter, a ServiceSplitter and intentions with permissions look at single requests, so that Consul must know that the
service speaks `http`, `http2` or `grpc`. It takes the protocol from the ServiceDefaults of the service, then from
`config.protocol` of ProxyDefaults, and `tcp` otherwise. It refuses a router or splitter of a service that speaks `tcp` when it
is synced; permissions for such a service let nothing through.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceSplitter
metadata: { name: web, namespace: shop }
spec: { splits: [{ weight: 90 }, { weight: 10, service: web-next }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: tcp }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceSplitter
metadata: { name: web, namespace: shop }
spec: { splits: [{ weight: 90 }, { weight: 10, service: web-next }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-splitter",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-router",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-intentions",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let objects = world.view::<ServiceObjects>();
    let mut findings = Vec::new();
    for (kind, what) in [(SERVICE_ROUTER, "routes requests"), (SERVICE_SPLITTER, "splits requests")] {
        for object in world.of(kind) {
            let claim = Claim { object, place: object.head(), service: &object.name, what };
            findings.extend(check(world, rule, &objects, &claim));
        }
    }
    for object in world.of(SERVICE_INTENTIONS) {
        let service = object.text(&["spec", "destination", "name"]).filter(|name| *name != "*");
        let first = each(&object.root, &["spec", "sources", "*", "permissions"]).into_iter().find(|it| !it.is_empty());
        if let Some((service, permissions)) = service.zip(first) {
            let claim = Claim { object, place: permissions.span, service, what: "tells requests apart" };
            findings.extend(check(world, rule, &objects, &claim));
        }
    }
    for object in world.of(INGRESS_GATEWAY) {
        for listener in each(&object.root, &["spec", "listeners", "*"]) {
            if ["http", "http2", "grpc"].contains(&text(listener, "protocol")) {
                for service in each(listener, &["services", "*", "name"]) {
                    findings.extend(served(world, rule, &objects, object, service));
                }
            }
        }
    }
    findings
}

/// What takes for granted that a service has requests.
struct Claim<'a> {
    object: &'a Resource,
    place: Span,
    service: &'a str,
    what: &'a str,
}

fn served(
    world: &World,
    rule: &RuleInfo,
    objects: &ServiceObjects,
    object: &Resource,
    service: &Node,
) -> Option<Finding> {
    let name = service.as_str().filter(|name| *name != "*" && !name.is_empty())?;
    let claim = Claim { object, place: service.span, service: name, what: "is served by its requests" };
    check(world, rule, objects, &claim)
}

fn check(world: &World, rule: &RuleInfo, objects: &ServiceObjects, claim: &Claim<'_>) -> Option<Finding> {
    let Claim { object, place, service, what } = claim;
    let protocol = objects.protocol(service, object.namespace_or_default());
    if protocol.has_requests() || place.is_empty() {
        return None;
    }
    let message = if object.kind() == INGRESS_GATEWAY {
        format!("{service} {what}, and its protocol is {}", protocol.name)
    } else {
        format!("this {what} of {service}, and its protocol is {}", protocol.name)
    };
    let help = format!("set protocol to http, http2 or grpc in the ServiceDefaults of {service}");
    let finding = rule.finding(object, *place, message).with_help(help);
    if let Some((other, node)) = protocol.said_by {
        return Some(finding.with_related(other, node.span, "says so"));
    }
    let assumed = format!("nothing outside the input sets the protocol of {service:?}");
    of_missing(world, objects.tells_protocol(service), finding, &assumed)
}
