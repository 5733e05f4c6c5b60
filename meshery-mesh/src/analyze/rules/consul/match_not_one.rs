//! MSH606 `consul-match-not-one`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, checked, each, flag, is_set, items};
use crate::analyze::kinds::{SERVICE_DEFAULTS, SERVICE_INTENTIONS, SERVICE_ROUTER};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH606",
    name: "consul-match-not-one",
    summary: "A match of Consul's says in more than one way what it matches, or in none",
    why: "
A path, a header or a parameter is matched in one way: exactly, by how it begins or ends, by a pattern, or by being there. The
admission webhook refuses more than one. A route with a limit of its own must have a path. A match of a header that says
nothing is refused by Consul's servers only, so that the object is stored and its condition `Synced` stays false.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceRouter
metadata: { name: web, namespace: shop }
spec: { routes: [{ match: { http: { pathPrefix: /a, pathExact: /a/b } }, destination: { service: admin } }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceRouter
metadata: { name: web, namespace: shop }
spec: { routes: [{ match: { http: { pathExact: /a/b } }, destination: { service: admin } }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    references: &[
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-router",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-intentions",
    ],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

const PATHS: &[&str] = &["pathExact", "pathPrefix", "pathRegex"];
const HELP: &str = "keep one of them";

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let kinds = [(SERVICE_DEFAULTS, limits as fn(&mut Checks<'_>, &Node)), (SERVICE_INTENTIONS, intentions)];
    let mut findings = checked(world, rule, &kinds);
    findings.extend(checked(world, rule, &[(SERVICE_ROUTER, router)]));
    findings
}

fn among(map: &Node, keys: &[&'static str]) -> Vec<&'static str> {
    keys.iter().filter(|key| is_set(map, key)).copied().collect()
}

/// At most one; of a part that has a name, nothing at all is found later.
fn at_most_one(checks: &mut Checks<'_>, map: &Node, keys: &[&'static str], is_named: bool) {
    let said = among(map, keys);
    if said.len() > 1 {
        checks.on(map, format!("only one of {} may be set", said.join(", ")), HELP);
    } else if is_named && said.is_empty() {
        let message = format!("one of {} must be set", keys.join(", "));
        checks.on(map, message, "say what the value must be, or set present to true");
        checks.when_synced();
    }
}

fn limits(checks: &mut Checks<'_>, spec: &Node) {
    for route in each(spec, &["rateLimits", "instanceLevel", "routes", "*"]) {
        if among(route, PATHS).len() != 1 {
            let message = "a route with a limit needs one of pathExact, pathPrefix and pathRegex";
            checks.on(route, message, "set exactly one of them");
        }
    }
}

fn intentions(checks: &mut Checks<'_>, spec: &Node) {
    for permission in each(spec, &["sources", "*", "permissions", "*"]) {
        for http in each(permission, &["http"]) {
            at_most_one(checks, http, PATHS, false);
            for header in items(http, "header") {
                at_most_one(checks, header, &["exact", "prefix", "suffix", "contains", "regex", "present"], true);
                if flag(header, "ignoreCase") && (flag(header, "present") || is_set(header, "regex")) {
                    let message = "ignoreCase goes with exact, prefix, suffix and contains only";
                    checks.on(header, message, "take ignoreCase away, or let the pattern ignore the case");
                }
            }
            if ["pathExact", "pathPrefix", "pathRegex", "header", "methods"].iter().all(|key| !is_set(http, key)) {
                checks.on(http, "a permission that says nothing of a request", "say a path, a header or a method");
                checks.when_synced();
            }
        }
    }
}

fn router(checks: &mut Checks<'_>, spec: &Node) {
    for http in each(spec, &["routes", "*", "match", "http"]) {
        at_most_one(checks, http, PATHS, false);
        for header in items(http, "header") {
            at_most_one(checks, header, &["exact", "prefix", "suffix", "regex", "present"], true);
        }
        for parameter in items(http, "queryParam") {
            at_most_one(checks, parameter, &["exact", "regex", "present"], true);
        }
    }
}
