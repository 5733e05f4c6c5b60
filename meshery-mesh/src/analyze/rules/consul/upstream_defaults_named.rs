//! MSH622 `consul-upstream-defaults-named`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, checked, each, text};
use crate::analyze::kinds::SERVICE_DEFAULTS;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH622",
    name: "consul-upstream-defaults-named",
    summary: "Defaults for all upstreams name one of them",
    why: "
The defaults of `upstreamConfig` are for all upstreams of a service, so they name none: not by a name, and not by where it is.
The admission webhook refuses them otherwise. What is for one upstream goes under `overrides`.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http, upstreamConfig: { defaults: { name: db, connectTimeoutMs: 500 } } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http, upstreamConfig: { overrides: [{ name: db, connectTimeoutMs: 500 }] } }",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/service-defaults"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(SERVICE_DEFAULTS, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    for defaults in each(spec, &["upstreamConfig", "defaults"]) {
        for key in ["name", "namespace", "partition", "peer"] {
            if !text(defaults, key).is_empty() {
                let message = format!("defaults for all upstreams cannot have a {key}");
                checks.at(defaults, key, message, "move what is for one upstream to overrides");
            }
        }
    }
}
