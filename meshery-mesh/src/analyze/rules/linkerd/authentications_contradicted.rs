//! MSH402 `linkerd-authentications-contradicted`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::Reference;
use crate::analyze::linkerd::kinds::{AUTHORIZATION_POLICY, MESH_TLS, NETWORK_AUTHENTICATION, SERVICE_ACCOUNT};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH402",
    name: "linkerd-authentications-contradicted",
    summary: "An AuthorizationPolicy asks clients for what no client can have at once, or for what is no authentication",
    why: "
All authentications that an AuthorizationPolicy requires must be met at once. A client has one identity and one address, so
at most one MeshTLSAuthentication or ServiceAccount and at most one NetworkAuthentication may be named. The policy
controller's webhook refuses more, and references to anything else.

Several clients are allowed by one MeshTLSAuthentication with several identities, or by several policies: one that is met is
enough.",
    bad: "
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: reviews-http }
  requiredAuthenticationRefs:
  - { group: policy.linkerd.io, kind: MeshTLSAuthentication, name: frontend }
  - { kind: ServiceAccount, name: cart }",
    good: "
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: reviews-http }
  requiredAuthenticationRefs:
  - { group: policy.linkerd.io, kind: MeshTLSAuthentication, name: frontend-and-cart }
  - { group: policy.linkerd.io, kind: NetworkAuthentication, name: cluster }",
    references: &["https://linkerd.io/2/reference/authorization-policy/#authorizationpolicy"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(AUTHORIZATION_POLICY, |policy| check(rule, policy))
}

fn check(rule: &RuleInfo, policy: &Resource) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut identity, mut network): (Option<&Node>, Option<&Node>) = (None, None);
    for node in policy.items(&["spec", "requiredAuthenticationRefs"]) {
        let reference = Reference::of(node);
        if reference.kind.is_empty() {
            continue;
        }
        let (first, what) = if reference.is(MESH_TLS) || reference.is(SERVICE_ACCOUNT) {
            (&mut identity, "MeshTLSAuthentication or ServiceAccount")
        } else if reference.is(NETWORK_AUTHENTICATION) {
            (&mut network, "NetworkAuthentication")
        } else {
            let message = format!("a {} is no authentication", reference.called());
            let help = "name a MeshTLSAuthentication, a NetworkAuthentication (both of the group policy.linkerd.io) or a \
                        ServiceAccount";
            findings.push(rule.finding(policy, reference.place("kind"), message).with_help(help));
            continue;
        };
        let Some(other) = *first else {
            *first = Some(node);
            continue;
        };
        let message = format!("a second {what} is required, and no client can meet both");
        let help = "put all clients into one authentication, or make a policy for each";
        findings.push(rule.finding(policy, node.span, message).with_help(help).with_related(
            policy,
            other.span,
            "the first",
        ));
    }
    findings
}
