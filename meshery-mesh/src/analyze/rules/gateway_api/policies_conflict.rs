//! MSH324 `gateway-policies-conflict`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Kind, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{BACKEND_POLICIES, Reference, age};
use crate::analyze::kinds::SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH324",
    name: "gateway-policies-conflict",
    summary: "Two policies of one kind are for the same target",
    why: "
Only one of them is accepted: the older one, or of two of the same age the one whose name comes first. The other is refused
as `Conflicted`, whatever it says. Which is the older one may change when both are made anew in another cluster.

A policy for a port of a Service and one for all of it do not conflict; the former counts for its port.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: users, namespace: shop }
spec:
  targetRefs: [{ group: '', kind: Service, name: users }]
  validation: { wellKnownCACertificates: System, hostname: users.example.com }
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: users-again, namespace: shop }
spec:
  targetRefs: [{ group: '', kind: Service, name: users }]
  validation: { wellKnownCACertificates: System, hostname: accounts.example.com }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: users, namespace: shop }
spec:
  targetRefs: [{ group: '', kind: Service, name: users }]
  validation: { wellKnownCACertificates: System, hostname: users.example.com }
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: users-admin, namespace: shop }
spec:
  targetRefs: [{ group: '', kind: Service, name: users, sectionName: admin }]
  validation: { wellKnownCACertificates: System, hostname: accounts.example.com }",
    references: &[
        "https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/",
        "https://gateway-api.sigs.k8s.io/geps/gep-713/#conflict-resolution",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    BACKEND_POLICIES.into_iter().flat_map(|kind| of_kind(world, rule, kind)).collect()
}

/// What a policy is for: group, kind, namespace, name and section.
type Target<'a> = (Kind<'a>, &'a str, &'a str, &'a str);

fn of_kind(world: &World, rule: &RuleInfo, kind: Kind<'_>) -> Vec<Finding> {
    let mut policies: Vec<&Arc<Resource>> = world.of(kind).iter().collect();
    policies.sort_by(|a, b| age(a).cmp(&age(b)));
    let mut first: BTreeMap<Target<'_>, (&Resource, Reference<'_>)> = BTreeMap::new();
    let mut findings = Vec::new();
    for policy in policies {
        let own = policy.namespace_or_default();
        let nodes = policy.items(&["spec", "targetRefs"]).iter();
        for target in nodes.filter_map(|node| Reference::read(node, own, SERVICE)) {
            let key = (target.kind, own, target.name, target.section().unwrap_or_default());
            let Some((winner, theirs)) = first.get(&key) else {
                first.insert(key, (policy, target));
                continue;
            };
            // Two targets within one policy are refused by its definition.
            if winner.name == policy.name && winner.namespace == policy.namespace {
                continue;
            }
            let what = format!("{} {:?}", target.kind.name, target.name);
            let message = format!("{winner} is for the {what}, too, and comes before this one");
            let help = "say all in one policy, or name a port of the Service by \"sectionName\" in one of them";
            let finding = rule.finding(policy, target.node.span, message).with_help(help);
            findings.push(finding.with_related(winner, theirs.node.span, "the policy that counts"));
        }
    }
    findings
}
