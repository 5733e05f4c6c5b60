//! MSH627 `consul-duration-invalid`.

use meshery_core::resource::{Kind, Node};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, each};
use crate::analyze::kinds::{
    INGRESS_GATEWAY, JWT_PROVIDER, REGISTRATION, ROUTE_TIMEOUT_FILTER, SERVICE_DEFAULTS, SERVICE_RESOLVER,
    SERVICE_ROUTER, TERMINATING_GATEWAY,
};
use crate::analyze::values::duration::nanoseconds;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH627",
    name: "consul-duration-invalid",
    summary: "A duration of Consul's is none",
    why: "
Durations are numbers with units: `500ms`, `10s`, `1h30m`. A number alone or a day is none, and the object is refused when it is
read. The definitions of the kinds take any text, so nothing else complains before.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceResolver
metadata: { name: web, namespace: shop }
spec: { connectTimeout: '15' }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceResolver
metadata: { name: web, namespace: shop }
spec: { connectTimeout: 15s }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-resolver",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-router",
        "https://developer.hashicorp.com/consul/docs/k8s/crds",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

const HEALTH: &[&str] = &["interval", "baseEjectionTime"];
const TIMEOUTS: &[&str] = &["idleTimeout", "requestTimeout"];
const BACK_OFF: &[&str] = &["jsonWebKeySet", "remote", "retryPolicy", "retryPolicyBackOff"];

/// Where durations are, and under which keys.
const DURATIONS: &[(Kind<'static>, &[&str], &[&str])] = &[
    (INGRESS_GATEWAY, &["defaults", "passiveHealthCheck"], HEALTH),
    (INGRESS_GATEWAY, &["listeners", "*", "services", "*", "passiveHealthCheck"], HEALTH),
    (JWT_PROVIDER, &["jsonWebKeySet", "remote"], &["cacheDuration"]),
    (JWT_PROVIDER, &["jsonWebKeySet", "remote", "jwksCluster"], &["connectTimeout"]),
    (JWT_PROVIDER, BACK_OFF, &["baseInterval", "maxInterval"]),
    (
        REGISTRATION,
        &["check", "definition"],
        &["intervalDuration", "timeoutDuration", "deregisterCriticalServiceAfterDuration"],
    ),
    (ROUTE_TIMEOUT_FILTER, &[], TIMEOUTS),
    (SERVICE_DEFAULTS, &["upstreamConfig", "defaults", "passiveHealthCheck"], HEALTH),
    (SERVICE_DEFAULTS, &["upstreamConfig", "overrides", "*", "passiveHealthCheck"], HEALTH),
    (SERVICE_RESOLVER, &[], &["connectTimeout", "requestTimeout"]),
    (SERVICE_RESOLVER, &["loadBalancer", "hashPolicies", "*", "cookieConfig"], &["ttl"]),
    (SERVICE_ROUTER, &["routes", "*", "destination"], TIMEOUTS),
    (TERMINATING_GATEWAY, &["credentialInjection"], &["messageTimeout"]),
];

/// What is no duration for the webhook yet, but a text, which may be empty.
const TEXTS: [&str; 4] =
    ["deregisterCriticalServiceAfterDuration", "intervalDuration", "messageTimeout", "timeoutDuration"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (kind, within, keys) in DURATIONS {
        for object in world.of(*kind) {
            let mut checks = Checks::new(rule, object);
            let maps = object.root.get("spec").into_iter().flat_map(|spec| each(spec, within));
            maps.for_each(|map| check(&mut checks, map, keys));
            findings.append(&mut checks.findings);
        }
    }
    findings
}

fn check(checks: &mut Checks<'_>, map: &Node, keys: &[&str]) {
    for key in keys {
        let Some(value) = map.get(key).and_then(Node::as_str) else { continue };
        match nanoseconds(value) {
            None if value.is_empty() && TEXTS.contains(key) => {}
            None => {
                let message = format!("{value:?} is no duration");
                checks.at(map, key, message, "write a number with its unit, such as 10s");
            }
            Some(time) if time <= 0 && *key == "messageTimeout" => {
                checks.at(map, key, format!("{value} is no time to wait"), "write more than nought");
            }
            Some(time) if time < 0 && ["connectTimeout", "requestTimeout"].contains(key) => {
                checks.at(map, key, format!("{value} is no time to wait"), "write nought or more");
                checks.when_synced();
            }
            Some(_) => {}
        }
    }
}
