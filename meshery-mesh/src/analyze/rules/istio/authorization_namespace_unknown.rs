//! MSH117 `authorization-namespace-unknown`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::edit::meant;
use crate::analyze::kinds::{AUTHORIZATION_POLICY, NAMESPACE};
use crate::analyze::kubernetes::Namespaces;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH117",
    name: "authorization-namespace-unknown",
    summary: "An AuthorizationPolicy names a namespace of clients that does not exist",
    why: "
A rule that allows clients of a namespace that nobody has allows nobody, and one that denies them denies nobody: the
clients that were meant are refused with 403, or let in. Under `notNamespaces` a misspelt name turns the rule round
for those who were meant to be excepted.

A `*` at one end of a name, or alone, stands for any text. A namespace exists if there is a Namespace of this name, a
Service or a workload in it. In a mesh of several clusters it may be in another one. Where the input has no Namespace
at all, nothing is said.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  action: ALLOW
  rules:
  - from: [{ source: { namespaces: [fronted] } }]
---
apiVersion: v1
kind: Namespace
metadata: { name: frontend }",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  action: ALLOW
  rules:
  - from: [{ source: { namespaces: [frontend] } }]
---
apiVersion: v1
kind: Namespace
metadata: { name: frontend }",
    references: &["https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source"],
    meshes: &["istio"],
    aliases: &["IST0101", "KIA0101"],
    upstream: "auth.AuthorizationPoliciesAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let policies = world.of(AUTHORIZATION_POLICY);
    let compatible = world.settings().compatible;
    if policies.is_empty() || !(compatible || world.covers(NAMESPACE, "")) {
        return Vec::new();
    }
    let namespaces = world.view::<Namespaces>();
    let closed = compatible || world.settings().closed;
    let check = |policy: &Resource| {
        let unknown = named(policy).filter(|(_, name)| !namespaces.matches(name));
        let findings = unknown.map(|(place, name)| {
            let finding = rule.finding(policy, place.span, format!("there is no namespace {name:?}"));
            let near = nearest(name, namespaces.iter());
            let finding = meant(finding, policy, name, near, "correct the name, or take it away");
            if closed {
                return finding;
            }
            finding.as_bad_as(Severity::Warning).assuming("the input has all Namespaces")
        });
        findings.collect::<Vec<Finding>>()
    };
    policies.iter().flat_map(|policy| check(policy)).collect()
}

/// The namespaces of clients that a policy names.
fn named(policy: &Resource) -> impl Iterator<Item = (&Node, &str)> {
    let rules = policy.items(&["spec", "rules"]).iter();
    let froms = rules.filter_map(|rule| rule.get("from")).flat_map(Node::items);
    let sources = froms.filter_map(|from| from.get("source"));
    let lists = sources.flat_map(|source| ["namespaces", "notNamespaces"].map(|key| source.get(key)));
    lists.flatten().flat_map(Node::items).filter_map(|node| Some((node, node.as_str()?)))
}
