//! MSH404 `linkerd-access-policy-unknown`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::edit::meant;
use crate::analyze::linkerd::annotations::POLICIES;
use crate::analyze::linkerd::kinds::SERVER;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH404",
    name: "linkerd-access-policy-unknown",
    summary: "A Server has an access policy that does not exist",
    why: "
A Server's `accessPolicy` says what happens to requests that no authorization allows. It is one of `deny`, `audit`,
`all-authenticated`, `all-unauthenticated`, `cluster-authenticated` and `cluster-unauthenticated`. The policy controller's
webhook refuses every other.",
    bad: "
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: reviews-http, namespace: shop }
spec: { podSelector: { matchLabels: { app: reviews } }, port: http, accessPolicy: all-authenticate }",
    good: "
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: reviews-http, namespace: shop }
spec: { podSelector: { matchLabels: { app: reviews } }, port: http, accessPolicy: all-authenticated }",
    references: &["https://linkerd.io/2/reference/authorization-policy/#server"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(SERVER, |server| {
        let node = server.root.at(&["spec", "accessPolicy"])?;
        let policy = node.as_str().filter(|policy| !POLICIES.contains(policy))?;
        let span = if policy.is_empty() { server.head() } else { node.span };
        let finding = rule.finding(server, span, format!("there is no access policy {policy:?}"));
        let near = nearest(policy, POLICIES.iter().copied());
        Some(meant(finding, server, policy, near, format!("say one of {}", POLICIES.join(", "))))
    })
}
