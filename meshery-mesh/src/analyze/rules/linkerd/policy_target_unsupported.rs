//! MSH401 `linkerd-policy-target-unsupported`.

use meshery_core::resource::Resource;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kinds;
use crate::analyze::linkerd::Reference;
use crate::analyze::linkerd::kinds::{AUTHORIZATION_POLICY, HTTP_ROUTE, RATE_LIMIT, SERVER};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH401",
    name: "linkerd-policy-target-unsupported",
    summary: "A policy of Linkerd targets something that it cannot be for",
    why: "
An AuthorizationPolicy is for a Server, an HTTPRoute, a GRPCRoute, or the namespace that it is in; an
HTTPLocalRateLimitPolicy is for a Server. The policy controller's webhook refuses every other target.

A workload is not targeted by its Deployment: a Server selects its pods and one of their ports, and the policy targets that.",
    bad: "
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  targetRef: { group: apps, kind: Deployment, name: reviews }
  requiredAuthenticationRefs:
  - { group: policy.linkerd.io, kind: MeshTLSAuthentication, name: frontend }",
    good: "
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: reviews-http }
  requiredAuthenticationRefs:
  - { group: policy.linkerd.io, kind: MeshTLSAuthentication, name: frontend }",
    references: &["https://linkerd.io/2/reference/authorization-policy/#authorizationpolicy"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = world.each(AUTHORIZATION_POLICY, |policy| of_authorization(rule, policy));
    findings.extend(world.each(RATE_LIMIT, |policy| of_rate_limit(rule, policy)));
    findings
}

fn target(policy: &Resource) -> Option<Reference<'_>> {
    policy.root.at(&["spec", "targetRef"]).map(Reference::of).filter(|target| !target.kind.is_empty())
}

fn of_authorization(rule: &RuleInfo, policy: &Resource) -> Option<Finding> {
    let target = target(policy)?;
    if target.is(kinds::NAMESPACE) {
        let own = policy.namespace_or_default();
        let message = format!("the policy is in the namespace {own:?} and targets the namespace {:?}", target.name);
        let help = format!("target {own:?}, or put the policy into the namespace that it is for");
        return (target.name != own && policy.namespace.is_some())
            .then(|| rule.finding(policy, target.place("name"), message).with_help(help));
    }
    let allowed = [SERVER, HTTP_ROUTE, kinds::HTTP_ROUTE, kinds::GRPC_ROUTE];
    if allowed.into_iter().any(|kind| target.is(kind)) {
        return None;
    }
    let message = format!("an AuthorizationPolicy cannot target a {}", target.called());
    let help = "target a Server, an HTTPRoute, a GRPCRoute (with their groups), or the policy's own Namespace";
    Some(rule.finding(policy, target.place("kind"), message).with_help(help))
}

fn of_rate_limit(rule: &RuleInfo, policy: &Resource) -> Option<Finding> {
    let target = target(policy).filter(|target| !target.is(SERVER))?;
    let message = format!("an HTTPLocalRateLimitPolicy cannot target a {}", target.called());
    let help = "target a Server, of the group policy.linkerd.io";
    Some(rule.finding(policy, target.place("kind"), message).with_help(help))
}
