//! MSH609 `consul-intention-contradictory`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, at, checked, items, text};
use crate::analyze::kinds::SERVICE_INTENTIONS;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH609",
    name: "consul-intention-contradictory",
    summary: "An intention has an action and permissions, or a text that is too long",
    why: "
An intention either allows or denies all that a source does, or it has permissions that tell requests apart. With both, nobody
could say which counts, and the admission webhook refuses them. Permissions for all services at once are refused by Consul's
servers, since they need to know that the destination speaks HTTP. A description has at most 512 bytes.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: { name: web, namespace: shop }
spec: 
  destination: { name: web }
  sources:
  - name: shop
    action: allow
    permissions: [{ action: allow, http: { pathPrefix: / } }]
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceIntentions
metadata: { name: web, namespace: shop }
spec: 
  destination: { name: web }
  sources:
  - name: shop
    permissions: [{ action: allow, http: { pathPrefix: / } }]
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/service-intentions"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

/// How many bytes a description may have.
const LONGEST: usize = 512;

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(SERVICE_INTENTIONS, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    let destination = at(spec, &["destination"]);
    let is_for_all = destination.is_some_and(|it| text(it, "name") == "*" || text(it, "namespace") == "*");
    for source in items(spec, "sources") {
        let has_permissions = !items(source, "permissions").is_empty();
        if has_permissions && !text(source, "action").is_empty() {
            let message = "a source cannot have both an action and permissions";
            checks.at(source, "action", message, "take the action away, or the permissions");
        }
        if has_permissions && is_for_all {
            let message = "intentions for all services cannot have permissions";
            checks.at(source, "permissions", message, "name the service, or give the source an action");
            checks.when_synced();
        }
        let length = text(source, "description").len();
        if length > LONGEST {
            let message = format!("the description has {length} bytes, and {LONGEST} are allowed");
            checks.at(source, "description", message, "shorten it");
        }
    }
}
