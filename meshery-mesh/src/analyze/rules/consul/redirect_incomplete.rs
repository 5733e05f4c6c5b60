//! MSH611 `consul-redirect-incomplete`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, at, checked, is_set};
use crate::analyze::kinds::SERVICE_RESOLVER;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH611",
    name: "consul-redirect-incomplete",
    summary: "A redirect of a ServiceResolver says not enough, or comes with a failover",
    why: "
A redirect replaces the service, or the place where it is looked up. One that says nothing, one that names a subset, a
namespace, a partition or a peer of no service, and one beside a failover, which would never be asked, are refused by the
admission webhook.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceResolver
metadata: { name: web, namespace: shop }
spec: { redirect: { namespace: next } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceResolver
metadata: { name: web, namespace: shop }
spec: { redirect: { service: web, namespace: next } }",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/service-resolver"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(SERVICE_RESOLVER, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    let Some(redirect) = at(spec, &["redirect"]) else { return };
    if is_set(spec, "failover") && spec.get("failover").is_some_and(|failover| !failover.is_empty()) {
        let message = "a redirect and a failover exclude each other";
        checks.at(spec, "redirect", message, "take the redirect away, or the failover");
    }
    let all = ["service", "serviceSubset", "namespace", "partition", "datacenter", "peer", "samenessGroup"];
    if !all.iter().any(|key| is_set(redirect, key)) {
        checks.on(redirect, "a redirect must say where to", "name a service, or take the redirect away");
        return;
    }
    // A sameness group or a peer that is contradicted by something else is for another rule to tell.
    let contradicted = ["serviceSubset", "partition", "datacenter"].iter().any(|key| is_set(redirect, key));
    let is_elsewhere = is_set(redirect, "samenessGroup") || is_set(redirect, "peer");
    if is_set(redirect, "service") || (is_elsewhere && contradicted) {
        return;
    }
    for key in ["serviceSubset", "namespace", "partition", "peer"] {
        if is_set(redirect, key) {
            checks.at(redirect, key, format!("{key} needs a service"), "name the service too");
        }
    }
}
