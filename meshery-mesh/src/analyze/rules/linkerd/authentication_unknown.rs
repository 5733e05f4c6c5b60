//! MSH418 `linkerd-authentication-unknown`.

use meshery_core::resource::Resource;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::linkerd::Reference;
use crate::analyze::linkerd::kinds::{AUTHORIZATION_POLICY, MESH_TLS, NETWORK_AUTHENTICATION};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH418",
    name: "linkerd-authentication-unknown",
    summary: "An AuthorizationPolicy requires an authentication that does not exist",
    why: "
The policy controller leaves out an AuthorizationPolicy when it does not find one of its authentications, so the clients that
it should let in are refused. The reason is only in the controller's log.

An authentication is looked for in the namespace of the policy, unless the reference names another.",
    bad: "
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: { name: frontend, namespace: shop }
spec: { identityRefs: [{ kind: ServiceAccount, name: frontend }] }
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: shop, namespace: shop }
spec:
  targetRef: { kind: Namespace, name: shop }
  requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: fronted }]",
    good: "
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: { name: frontend, namespace: shop }
spec: { identityRefs: [{ kind: ServiceAccount, name: frontend }] }
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: shop, namespace: shop }
spec:
  targetRef: { kind: Namespace, name: shop }
  requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: frontend }]",
    references: &["https://linkerd.io/2/reference/authorization-policy/#authorizationpolicy"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(AUTHORIZATION_POLICY, |policy| check(world, rule, policy))
}

fn check(world: &World, rule: &RuleInfo, policy: &Resource) -> Vec<Finding> {
    let references = policy.items(&["spec", "requiredAuthenticationRefs"]).iter().map(Reference::of);
    let findings = references.filter_map(|reference| {
        let kind = [MESH_TLS, NETWORK_AUTHENTICATION].into_iter().find(|kind| reference.is(*kind))?;
        let namespace = reference.namespace.unwrap_or(policy.namespace_or_default());
        let name = reference.name;
        if name.is_empty() || world.get(kind, namespace, name).is_some() {
            return None;
        }
        let message = format!("there is no {} {name:?} in {namespace:?}", kind.name);
        let finding = rule.finding(policy, reference.place("name"), message);
        let others = world.within(kind, namespace).iter().map(|other| &*other.name);
        let finding = meant(
            finding,
            policy,
            name,
            nearest(name, others),
            format!("make the {}, or name the namespace that it is in", kind.name),
        );
        let assumed = format!("there is no {} {name:?} outside the input", kind.name);
        of_missing(world, world.covers(kind, namespace), finding, &assumed)
    });
    findings.collect()
}
