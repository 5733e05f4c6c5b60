//! MSH417 `linkerd-target-unknown`.

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::kinds;
use crate::analyze::linkerd::Reference;
use crate::analyze::linkerd::kinds::{AUTHORIZATION_POLICY, HTTP_ROUTE, RATE_LIMIT, SERVER, SERVER_AUTHORIZATION};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH417",
    name: "linkerd-target-unknown",
    summary: "A policy of Linkerd is for a Server or a route that does not exist",
    why: "
A policy without its target does nothing, and nobody says so. If the target is missing by a slip of the pen, the real Server
has one authorization less than was meant, and refuses the clients that it should let in.

The target is looked for in the namespace of the policy, for it can be nowhere else.",
    bad: "
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: reviews-http, namespace: shop }
spec: { podSelector: { matchLabels: { app: reviews } }, port: http }
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: review-http }
  requiredAuthenticationRefs: []",
    good: "
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: reviews-http, namespace: shop }
spec: { podSelector: { matchLabels: { app: reviews } }, port: http }
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: reviews-http }
  requiredAuthenticationRefs: []",
    references: &["https://linkerd.io/2/reference/authorization-policy/"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

const TARGETS: [Kind<'static>; 4] = [SERVER, HTTP_ROUTE, kinds::HTTP_ROUTE, kinds::GRPC_ROUTE];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let policies = world.of(AUTHORIZATION_POLICY).iter().chain(world.of(RATE_LIMIT));
    let targeted = policies.filter_map(|policy| {
        let target = Reference::of(policy.root.at(&["spec", "targetRef"])?);
        let kind = TARGETS.into_iter().find(|kind| target.is(*kind))?;
        missing(world, rule, policy, kind, target.node.get("name")?)
    });
    let named = world.of(SERVER_AUTHORIZATION).iter().filter_map(|policy| {
        let name = policy.root.at(&["spec", "server", "name"])?;
        missing(world, rule, policy, SERVER, name)
    });
    targeted.chain(named).collect()
}

fn missing(world: &World, rule: &RuleInfo, policy: &Resource, kind: Kind<'_>, node: &Node) -> Option<Finding> {
    let namespace = policy.namespace_or_default();
    let name = node.as_str().filter(|name| !name.is_empty() && world.get(kind, namespace, name).is_none())?;
    let finding = rule.finding(policy, node.span, format!("there is no {} {name:?} in {namespace:?}", kind.name));
    let others = world.within(kind, namespace).iter().map(|other| &*other.name);
    let finding =
        meant(finding, policy, name, nearest(name, others), format!("make the {}, or remove the policy", kind.name));
    let assumed = format!("there is no {} {name:?} outside the input", kind.name);
    of_missing(world, world.covers(kind, namespace), finding, &assumed)
}
