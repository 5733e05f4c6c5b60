//! MSH613 `consul-load-balancer-contradictory`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Checks, at, checked, flag, has, is_set, items, text};
use crate::analyze::kinds::SERVICE_RESOLVER;
use crate::analyze::values::duration::nanoseconds;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH613",
    name: "consul-load-balancer-contradictory",
    summary: "A load balancer of a ServiceResolver contradicts itself",
    why: "
A policy of hashing hashes one thing: the value of a header, cookie or parameter that it names, or the address of the caller. A
cookie lives as long as the session, or some time. The admission webhook refuses what says both, and a field of which it does
not say the name. That the policy goes with its configuration is checked by Consul's servers only, so that the object is stored
and its condition `Synced` stays false.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceResolver
metadata: { name: web, namespace: shop }
spec: { loadBalancer: { policy: maglev, hashPolicies: [{ field: header, sourceIP: true }] } }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceResolver
metadata: { name: web, namespace: shop }
spec: { loadBalancer: { policy: maglev, hashPolicies: [{ field: header, fieldValue: x-user }] } }",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/service-resolver"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(SERVICE_RESOLVER, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    let Some(balancer) = at(spec, &["loadBalancer"]) else { return };
    for policy in items(balancer, "hashPolicies") {
        hash(checks, policy);
    }
    let policy = text(balancer, "policy");
    let configured = [
        ("ringHashConfig", has(balancer, "ringHashConfig"), &["ring_hash"][..]),
        ("leastRequestConfig", has(balancer, "leastRequestConfig"), &["least_request"]),
        ("hashPolicies", is_set(balancer, "hashPolicies"), &["ring_hash", "maglev"]),
    ];
    for (key, is_there, policies) in configured {
        if is_there && !policies.contains(&policy) {
            let message = format!("{key} goes with the policy {} only", policies.join(" or "));
            checks.at(balancer, key, message, format!("set that policy, or take {key} away"));
            checks.when_synced();
        }
    }
}

fn hash(checks: &mut Checks<'_>, policy: &Node) {
    let (field, value, is_address) = (text(policy, "field"), text(policy, "fieldValue"), flag(policy, "sourceIP"));
    if !field.is_empty() && is_address {
        checks.on(policy, "field and sourceIP exclude each other", "keep one of them");
    } else if !field.is_empty() && value.is_empty() {
        let message = format!("a policy over a {field} needs fieldValue");
        checks.at(policy, "fieldValue", message, "name the header, cookie or parameter");
    } else if !value.is_empty() && field.is_empty() {
        let message = "fieldValue needs field";
        checks.at(policy, "fieldValue", message, "say whether it is a header, a cookie or a parameter");
        checks.when_synced();
    }
    let Some(cookie) = at(policy, &["cookieConfig"]) else { return };
    if flag(cookie, "session") && nanoseconds(text(cookie, "ttl")).is_some_and(|ttl| ttl > 0) {
        checks.on(cookie, "a cookie of a session has no ttl", "take ttl away, or session");
    }
    if field != "cookie" {
        checks.at(policy, "cookieConfig", "cookieConfig goes with the field cookie only", "take cookieConfig away");
        checks.when_synced();
    }
}
