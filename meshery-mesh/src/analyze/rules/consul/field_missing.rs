//! MSH603 `consul-field-missing`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, at, checked, each, flag, has, items, number, text};
use crate::analyze::kinds::{
    EXPORTED_SERVICES, INGRESS_GATEWAY, JWT_PROVIDER, PEERING_ACCEPTOR, PEERING_DIALER, PROXY_DEFAULTS, RATE_LIMIT,
    REGISTRATION, SAMENESS_GROUP, SERVICE_DEFAULTS, SERVICE_INTENTIONS, SERVICE_ROUTER, TERMINATING_GATEWAY,
};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH603",
    name: "consul-field-missing",
    summary: "An object of Consul's lacks a field that Consul needs",
    why: "
The definition of the kind makes the field optional, and the admission webhook of Consul on Kubernetes refuses the object
without it, or with an empty one. What only Consul's servers miss is a warning: the object is stored, and its condition
`Synced` stays false.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: { name: reviews, namespace: shop }
spec: { destination: { name: reviews } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: { name: reviews, namespace: shop }
spec: { destination: { name: reviews }, sources: [{ name: web, action: allow }] }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-intentions",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/exported-services",
        "https://developer.hashicorp.com/consul/docs/k8s/crds",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(
        world,
        rule,
        &[
            (EXPORTED_SERVICES, exported),
            (INGRESS_GATEWAY, ingress),
            (JWT_PROVIDER, provider),
            (PEERING_ACCEPTOR, peering),
            (PEERING_DIALER, peering),
            (PROXY_DEFAULTS, extensions),
            (RATE_LIMIT, endpoints),
            (REGISTRATION, registration),
            (SAMENESS_GROUP, sameness),
            (SERVICE_DEFAULTS, service),
            (SERVICE_INTENTIONS, intentions),
            (SERVICE_ROUTER, router),
            (TERMINATING_GATEWAY, terminating),
        ],
    )
}

fn need(checks: &mut Checks<'_>, map: &Node, key: &str, what: &str) {
    if map.get(key).is_none_or(Node::is_empty) {
        checks.at(map, key, format!("{what} needs {key}"), format!("add {key}"));
    }
}

fn need_later(checks: &mut Checks<'_>, map: &Node, key: &str, what: &str) {
    if map.get(key).is_none_or(Node::is_empty) {
        need(checks, map, key, what);
        checks.when_synced();
    }
}

fn exported(checks: &mut Checks<'_>, spec: &Node) {
    need(checks, spec, "services", "what exports services");
    for service in items(spec, "services") {
        need(checks, service, "consumers", "a service that is exported");
        for consumer in items(service, "consumers") {
            if ["partition", "peer", "samenessGroup"].iter().all(|key| text(consumer, key).is_empty()) {
                checks.on(consumer, "a consumer needs a peer, a partition or a sameness group", "name one of them");
            }
        }
    }
}

fn ingress(checks: &mut Checks<'_>, spec: &Node) {
    for listener in items(spec, "listeners") {
        need_later(checks, listener, "services", "a listener");
        for service in items(listener, "services") {
            need_later(checks, service, "name", "a service");
        }
    }
}

fn provider(checks: &mut Checks<'_>, spec: &Node) {
    if !has(spec, "jsonWebKeySet") {
        checks.at(spec, "jsonWebKeySet", "a provider of tokens needs jsonWebKeySet", "say where its keys are");
    }
    for remote in each(spec, &["jsonWebKeySet", "remote"]) {
        need(checks, remote, "uri", "a remote set of keys");
    }
    for place in items(spec, "locations") {
        for key in ["header", "queryParam", "cookie"] {
            for map in each(place, &[key]) {
                need(checks, map, "name", "a location of tokens");
            }
        }
    }
    for forwarding in each(spec, &["forwarding"]) {
        need(checks, forwarding, "headerName", "forwarding");
    }
}

fn peering(checks: &mut Checks<'_>, spec: &Node) {
    match at(spec, &["peer"]) {
        None => checks.at(spec, "peer", "a peering needs peer", "say where the token is kept"),
        Some(peer) if !has(peer, "secret") => {
            checks.at(peer, "secret", "a peer needs secret", "name the Secret of the token");
        }
        Some(_) => {}
    }
}

fn extensions(checks: &mut Checks<'_>, spec: &Node) {
    for extension in items(spec, "envoyExtensions") {
        if !has(extension, "arguments") {
            checks.at(
                extension,
                "arguments",
                "an extension of Envoy needs arguments",
                "add a map, if only an empty one",
            );
        }
    }
    for logs in each(spec, &["accessLogs"]).into_iter().filter(|logs| text(logs, "type") == "file") {
        need(checks, logs, "path", "a log in a file");
    }
}

fn endpoints(checks: &mut Checks<'_>, spec: &Node) {
    for endpoint in each(spec, &["config", "excludeEndpoints", "*"]).into_iter().filter(|it| it.is_empty()) {
        checks.on(endpoint, "an endpoint needs a name", "name the endpoint, or take the item away");
    }
}

fn registration(checks: &mut Checks<'_>, spec: &Node) {
    need(checks, spec, "node", "a registration");
    need(checks, spec, "address", "a registration");
    match at(spec, &["service"]) {
        Some(service) => need(checks, service, "name", "the service of a registration"),
        None => need(checks, spec, "service", "a registration"),
    }
    for check in each(spec, &["check"]) {
        need(checks, check, "name", "a health check");
        let definition = at(check, &["definition"]).unwrap_or(check);
        need(checks, definition, "intervalDuration", "a health check");
    }
}

fn sameness(checks: &mut Checks<'_>, spec: &Node) {
    need(checks, spec, "members", "a sameness group");
    let members = items(spec, "members");
    for member in members {
        if text(member, "peer").is_empty() && text(member, "partition").is_empty() {
            checks.on(member, "a member needs a peer or a partition", "name one of them");
        }
    }
    // A partition may be the local one.
    let is_local = |member: &Node| !text(member, "partition").is_empty();
    if !members.is_empty() && !flag(spec, "includeLocal") && !members.iter().any(is_local) {
        checks.at(spec, "members", "the local partition is no member", "set includeLocal to true");
    }
}

fn service(checks: &mut Checks<'_>, spec: &Node) {
    extensions(checks, spec);
    for destination in each(spec, &["destination"]) {
        need(checks, destination, "addresses", "a destination");
    }
    for upstream in each(spec, &["upstreamConfig", "overrides", "*"]) {
        need(checks, upstream, "name", "an override for an upstream");
    }
    for limits in each(spec, &["rateLimits"]) {
        rates(checks, at(limits, &["instanceLevel"]).unwrap_or(limits));
    }
}

/// Something must be limited, and a burst is one above a rate.
fn rates(checks: &mut Checks<'_>, limits: &Node) {
    let rate = |map: &Node| number(map, "requestsPerSecond").unwrap_or_default();
    let routes = items(limits, "routes");
    for route in routes.iter().filter(|route| !has(route, "requestsPerSecond")) {
        checks.on(route, "a route with a limit needs requestsPerSecond", "add requestsPerSecond");
    }
    if rate(limits) != 0.0 {
        return;
    }
    if number(limits, "requestsMaxBurst").is_some_and(|burst| burst > 0.0) {
        let message = "requestsMaxBurst needs requestsPerSecond";
        checks.at(limits, "requestsPerSecond", message, "add requestsPerSecond");
    } else if !routes.iter().any(|route| rate(route) > 0.0) {
        let message = "neither the service nor a route has a limit of requestsPerSecond";
        checks.at(limits, "requestsPerSecond", message, "add requestsPerSecond");
    }
}

fn intentions(checks: &mut Checks<'_>, spec: &Node) {
    need(checks, spec, "sources", "what has intentions");
    let nested = each(spec, &["sources", "*", "permissions", "*", "jwt", "providers", "*"]);
    for provider in each(spec, &["jwt", "providers", "*"]).into_iter().chain(nested) {
        need(checks, provider, "name", "a provider of tokens");
    }
    let destination = at(spec, &["destination"]).unwrap_or(spec);
    need_later(checks, destination, "name", "the destination of intentions");
    for source in items(spec, "sources") {
        need(checks, source, "name", "a source");
        for permission in items(source, "permissions") {
            need_later(checks, permission, "http", "a permission");
            for header in each(permission, &["http", "header", "*"]) {
                need_later(checks, header, "name", "a header");
            }
        }
    }
}

fn router(checks: &mut Checks<'_>, spec: &Node) {
    for key in ["header", "queryParam"] {
        for part in each(spec, &["routes", "*", "match", "http", key, "*"]) {
            need_later(checks, part, "name", "what is matched");
        }
    }
}

fn terminating(checks: &mut Checks<'_>, spec: &Node) {
    for service in items(spec, "services") {
        need_later(checks, service, "name", "a linked service");
    }
}
