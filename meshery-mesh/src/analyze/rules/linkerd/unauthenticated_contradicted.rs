//! MSH406 `linkerd-unauthenticated-contradicted`.

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::kinds::SERVER_AUTHORIZATION;
use crate::analyze::linkerd::place;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH406",
    name: "linkerd-unauthenticated-contradicted",
    summary: "A ServerAuthorization allows clients without identity and asks for identities",
    why: "
`unauthenticated: true` allows clients that are not in the mesh, so nothing can be asked of their mTLS;
`meshTLS.unauthenticatedTLS: true` allows mTLS with no identity, so no identities can be listed beside it. The policy
controller's webhook refuses both.",
    bad: "
apiVersion: policy.linkerd.io/v1beta1
kind: ServerAuthorization
metadata: { name: reviews, namespace: shop }
spec:
  server: { name: reviews-http }
  client:
    unauthenticated: true
    meshTLS: { serviceAccounts: [{ name: frontend }] }",
    good: "
apiVersion: policy.linkerd.io/v1beta1
kind: ServerAuthorization
metadata: { name: reviews, namespace: shop }
spec:
  server: { name: reviews-http }
  client:
    meshTLS: { serviceAccounts: [{ name: frontend }] }",
    references: &["https://linkerd.io/2/reference/authorization-policy/#serverauthorization"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(SERVER_AUTHORIZATION, |authorization| check(rule, authorization))
}

fn check(rule: &RuleInfo, authorization: &Resource) -> Vec<Finding> {
    let client = authorization.root.at(&["spec", "client"]);
    let Some((client, mtls)) = client.and_then(|client| Some((client, client.get("meshTLS")?))) else {
        return Vec::new();
    };
    let is_on = |map: &Node, key: &str| map.get(key).and_then(Node::as_bool) == Some(true);
    let mut findings = Vec::new();
    if is_on(client, "unauthenticated") && matches!(mtls.value, Value::Map(_)) {
        let message = "clients are allowed without identity, and mTLS is asked of them";
        let finding = rule.finding(authorization, place(client, "unauthenticated"), message);
        let finding = finding.with_help("leave out unauthenticated, or meshTLS");
        findings.push(finding.with_related(authorization, place(client, "meshTLS"), "what is asked of their mTLS"));
    }
    let listed = ["identities", "serviceAccounts"].into_iter().filter_map(|key| mtls.get(key));
    if let Some(list) = listed.into_iter().find(|list| !list.items().is_empty())
        && is_on(mtls, "unauthenticatedTLS")
    {
        let message = "mTLS is allowed with no identity, and identities are listed";
        let finding = rule.finding(authorization, place(mtls, "unauthenticatedTLS"), message);
        let finding = finding.with_help("leave out unauthenticatedTLS, or the identities and service accounts");
        findings.push(finding.with_related(authorization, list.span, "the identities"));
    }
    findings
}
