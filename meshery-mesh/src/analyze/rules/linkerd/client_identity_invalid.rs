//! MSH403 `linkerd-client-identity-invalid`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kinds::NAMESPACE;
use crate::analyze::linkerd::kinds::{MESH_TLS, RATE_LIMIT, SERVICE_ACCOUNT};
use crate::analyze::linkerd::{Reference, identity};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH403",
    name: "linkerd-client-identity-invalid",
    summary: "A policy of Linkerd names a client in a way that no client is called",
    why: "
Clients are named by their identity: `NAME.NAMESPACE.serviceaccount.identity.linkerd.cluster.local`, with `*` in front for
many or alone for all, or a SPIFFE ID; or by a reference to a ServiceAccount or to a Namespace, which is no part of a
namespace itself. The policy controller's webhook refuses everything else.",
    bad: "
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: { name: frontend, namespace: shop }
spec:
  identities: ['frontend.shop.*']",
    good: "
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: { name: frontend, namespace: shop }
spec:
  identities: ['*.shop.serviceaccount.identity.linkerd.cluster.local']",
    references: &["https://linkerd.io/2/reference/authorization-policy/#meshtlsauthentication"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for authentication in world.of(MESH_TLS) {
        let names = authentication.items(&["spec", "identities"]).iter();
        findings.extend(names.filter_map(|name| of_name(rule, authentication, name)));
        let references = authentication.items(&["spec", "identityRefs"]).iter();
        findings.extend(references.filter_map(|reference| of_reference(rule, authentication, reference)));
    }
    for limit in world.of(RATE_LIMIT) {
        let lists = limit.items(&["spec", "overrides"]).iter().filter_map(|it| it.get("clientRefs"));
        let references = lists.flat_map(Node::items).map(Reference::of);
        let wrong = references.filter(|client| !client.kind.is_empty() && !client.is(SERVICE_ACCOUNT));
        findings.extend(wrong.map(|client| {
            let message = format!("a client of a rate limit is a ServiceAccount, and no {}", client.called());
            let help = "name a ServiceAccount, with the group left out or empty";
            rule.finding(limit, client.place("kind"), message).with_help(help)
        }));
    }
    findings
}

fn of_name(rule: &RuleInfo, authentication: &Resource, name: &Node) -> Option<Finding> {
    let text = name.as_str()?;
    let problem = identity::problem(text)?;
    let help =
        "write NAME.NAMESPACE.serviceaccount.identity.linkerd.cluster.local, with * for a NAME of any, or a SPIFFE ID";
    Some(rule.finding(authentication, name.span, format!("{text:?} is no identity: {problem}")).with_help(help))
}

fn of_reference(rule: &RuleInfo, authentication: &Resource, node: &Node) -> Option<Finding> {
    let reference = Reference::of(node);
    if reference.name.is_empty() && node.get("name").is_none() {
        let message = "it is not said whose identity is meant";
        return Some(rule.finding(authentication, node.span, message).with_help("add name"));
    }
    if reference.kind.is_empty() || reference.is(SERVICE_ACCOUNT) {
        return None;
    }
    if reference.is(NAMESPACE) {
        let message = "a Namespace is in no namespace";
        let help = "leave out namespace: name says which Namespace is meant";
        return reference
            .namespace
            .map(|_| rule.finding(authentication, reference.place("namespace"), message).with_help(help));
    }
    let message = format!("a {} has no identity", reference.called());
    let help = "name a ServiceAccount or a Namespace, with the group left out or empty";
    Some(rule.finding(authentication, reference.place("kind"), message).with_help(help))
}
