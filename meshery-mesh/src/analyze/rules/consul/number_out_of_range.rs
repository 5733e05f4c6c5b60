//! MSH602 `consul-number-out-of-range`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, at, checked, each, items, number};
use crate::analyze::kinds::{
    CONTROL_PLANE_REQUEST_LIMIT, INGRESS_GATEWAY, RATE_LIMIT, SERVICE_DEFAULTS, SERVICE_RESOLVER, SERVICE_ROUTER,
    SERVICE_SPLITTER,
};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH602",
    name: "consul-number-out-of-range",
    summary: "A number of Consul's is below or above what Consul takes",
    why: "
The admission webhook refuses the object. Rates, limits and timeouts cannot be negative, a limit of a gateway and the rate of
writes not nought, which would let nothing through; a weight is a percentage of at least 0.01, or nought; a port is one of 1
to 65535.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: reviews, namespace: shop }
spec: { protocol: http, localConnectTimeoutMs: -1 }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: reviews, namespace: shop }
spec: { protocol: http, localConnectTimeoutMs: 500 }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-defaults",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/control-plane-request-limit",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/ingress-gateway",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

/// The groups of requests that have rates of their own.
const GROUPS: [&str; 13] = [
    "acl",
    "catalog",
    "configEntry",
    "connectCA",
    "coordinate",
    "discoveryChain",
    "health",
    "intention",
    "kv",
    "preparedQuery",
    "session",
    "tenancy",
    "txn",
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(
        world,
        rule,
        &[
            (CONTROL_PLANE_REQUEST_LIMIT, control_plane),
            (INGRESS_GATEWAY, ingress),
            (RATE_LIMIT, rates),
            (SERVICE_DEFAULTS, service),
            (SERVICE_RESOLVER, balancer),
            (SERVICE_ROUTER, retries),
            (SERVICE_SPLITTER, splits),
        ],
    )
}

fn not_negative(checks: &mut Checks<'_>, map: &Node, key: &str) {
    if let Some(value) = number(map, key).filter(|value| *value < 0.0) {
        checks.at(map, key, format!("{key} is {value}, and cannot be negative"), "write nought or more");
    }
}

fn positive(checks: &mut Checks<'_>, map: &Node, key: &str) {
    if let Some(value) = number(map, key).filter(|value| *value <= 0.0) {
        checks.at(map, key, format!("{key} is {value}, and must be more than nought"), "write more than nought");
    }
}

fn control_plane(checks: &mut Checks<'_>, spec: &Node) {
    for map in std::iter::once(spec).chain(GROUPS.iter().filter_map(|group| at(spec, &[group]))) {
        not_negative(checks, map, "readRate");
        // What is left out is nought.
        match at(map, &["writeRate"]) {
            None => checks.on(map, "writeRate is missing, and must be more than nought", "write a rate of writes"),
            Some(_) => positive(checks, map, "writeRate"),
        }
    }
}

fn ingress(checks: &mut Checks<'_>, spec: &Node) {
    for map in each(spec, &["defaults"]).into_iter().chain(each(spec, &["listeners", "*", "services", "*"])) {
        for key in ["maxConnections", "maxPendingRequests", "maxConcurrentRequests"] {
            positive(checks, map, key);
        }
        passive_health(checks, map);
    }
}

/// What the webhook reads into numbers that have no sign.
fn unsigned(checks: &mut Checks<'_>, map: &Node, keys: &[&str]) {
    for key in keys {
        not_negative(checks, map, key);
    }
}

fn passive_health(checks: &mut Checks<'_>, map: &Node) {
    for health in each(map, &["passiveHealthCheck"]) {
        unsigned(checks, health, &["maxFailures", "enforcingConsecutive5xx", "maxEjectionPercent"]);
    }
}

fn balancer(checks: &mut Checks<'_>, spec: &Node) {
    for balancer in each(spec, &["loadBalancer"]) {
        for map in each(balancer, &["leastRequestConfig"]) {
            unsigned(checks, map, &["choiceCount"]);
        }
        for map in each(balancer, &["ringHashConfig"]) {
            unsigned(checks, map, &["minimumRingSize", "maximumRingSize"]);
        }
    }
}

fn retries(checks: &mut Checks<'_>, spec: &Node) {
    for destination in each(spec, &["routes", "*", "destination"]) {
        unsigned(checks, destination, &["numRetries"]);
        for code in
            items(destination, "retryOnStatusCodes").iter().filter(|code| code.as_int().is_some_and(|it| it < 0))
        {
            checks.on(code, "a status code cannot be negative", "write one of 100 to 599");
        }
    }
}

fn rates(checks: &mut Checks<'_>, spec: &Node) {
    for config in each(spec, &["config"]) {
        not_negative(checks, config, "readRate");
        not_negative(checks, config, "writeRate");
    }
}

fn service(checks: &mut Checks<'_>, spec: &Node) {
    for key in ["maxInboundConnections", "localConnectTimeoutMs", "localRequestTimeoutMs"] {
        not_negative(checks, spec, key);
    }
    let upstreams = each(spec, &["upstreamConfig", "defaults"]);
    for upstream in upstreams.into_iter().chain(each(spec, &["upstreamConfig", "overrides", "*"])) {
        passive_health(checks, upstream);
    }
    for limits in each(spec, &["rateLimits", "instanceLevel"]) {
        not_negative(checks, limits, "requestsPerSecond");
        not_negative(checks, limits, "requestsMaxBurst");
        for route in items(limits, "routes") {
            positive(checks, route, "requestsPerSecond");
            not_negative(checks, route, "requestsMaxBurst");
        }
    }
    for destination in each(spec, &["destination"]) {
        match number(destination, "port") {
            Some(port) if (1.0..=65535.0).contains(&port) => {}
            Some(port) => checks.at(destination, "port", format!("{port} is no port"), "write one of 1 to 65535"),
            None => checks.at(destination, "port", "a destination needs a port", "write the port of the addresses"),
        }
    }
}

/// Weights are numbers of single precision, and so is the least of them.
#[allow(clippy::cast_possible_truncation, reason = "as Consul reads it")]
fn splits(checks: &mut Checks<'_>, spec: &Node) {
    for split in items(spec, "splits") {
        if let Some(weight) = number(split, "weight") {
            let single = weight as f32;
            if weight != 0.0 && !(0.01_f32..=100.0).contains(&single) {
                let message = format!("the weight {weight} is no percentage of 0.01 to 100");
                checks.at(split, "weight", message, "write a percentage");
            }
        }
    }
}
