//! MSH605 `consul-path-without-slash`.

use meshery_core::resource::{Kind, Node};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, each, text};
use crate::analyze::kinds::{PROXY_DEFAULTS, SERVICE_DEFAULTS, SERVICE_INTENTIONS, SERVICE_ROUTER};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH605",
    name: "consul-path-without-slash",
    summary: "A path of Consul's does not begin with a slash",
    why: "
Paths of requests begin with a slash, so that such a path, or the beginning of one, would match no request. The admission
webhook refuses it.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceRouter
metadata: { name: web, namespace: shop }
spec: { routes: [{ match: { http: { pathPrefix: admin } }, destination: { service: admin } }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceRouter
metadata: { name: web, namespace: shop }
spec: { routes: [{ match: { http: { pathPrefix: /admin } }, destination: { service: admin } }] }
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

/// Where paths are, and under which keys.
const PATHS: &[(Kind<'static>, &[&str], &[&str])] = &[
    (PROXY_DEFAULTS, &["expose", "paths", "*"], &["path"]),
    (SERVICE_DEFAULTS, &["expose", "paths", "*"], &["path"]),
    (SERVICE_INTENTIONS, &["sources", "*", "permissions", "*", "http"], &["pathExact", "pathPrefix"]),
    (SERVICE_ROUTER, &["routes", "*", "match", "http"], &["pathExact", "pathPrefix"]),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (kind, within, keys) in PATHS {
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
        let path = text(map, key);
        if !path.is_empty() && !path.starts_with('/') {
            checks.at(map, key, format!("the path {path:?} does not begin with a slash"), format!("write \"/{path}\""));
        }
    }
}
