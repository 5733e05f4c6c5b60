//! MSH318 `gateway-grant-unused`.

use std::collections::BTreeSet;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::gateway_api::{BACKEND_TLS_POLICY, GROUP, LISTENER_SET, REFERENCE_GRANT, ROUTES, crossings};
use crate::analyze::kinds::K8S_GATEWAY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH318",
    name: "gateway-grant-unused",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "A ReferenceGrant allows what nobody does, or nobody can",
    why: "
What is not used any more should not be allowed any more: a grant that is left behind is an open door that nobody watches.

A group that is not that of the kind makes an entry that nothing answers to: routes and Gateways are of
`gateway.networking.k8s.io`, Services, Secrets and ConfigMaps of the core group, which is written `\"\"`.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: shop, namespace: accounts }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }]
  to: [{ group: core, kind: Service }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ name: public }], rules: [{ backendRefs: [{ name: users, namespace: accounts, port: 80 }] }] }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: shop, namespace: accounts }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }]
  to: [{ group: '', kind: Service }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec: { parentRefs: [{ name: public }], rules: [{ backendRefs: [{ name: users, namespace: accounts, port: 80 }] }] }",
    references: &["https://gateway-api.sigs.k8s.io/api-types/referencegrant/"],
    run,
    ..Rule::NEW
};

/// Who refers: kind and namespace, and to a kind and namespace.
type Used<'a> = BTreeSet<(Kind<'a>, &'a str, Kind<'a>, &'a str)>;

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let used: Used<'_> = crossings(world)
        .iter()
        .map(|it| (it.object.kind(), it.object.namespace_or_default(), it.reference.kind, it.reference.namespace))
        .collect();
    world.each(REFERENCE_GRANT, |grant| check(world, rule, &used, grant))
}

fn check(world: &World, rule: &RuleInfo, used: &Used<'_>, grant: &Resource) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (from, to) = (grant.items(&["spec", "from"]), grant.items(&["spec", "to"]));
    let wrong: Vec<Finding> = from.iter().chain(to).filter_map(|entry| misplaced(rule, grant, entry)).collect();
    if !wrong.is_empty() {
        return wrong;
    }
    let own = grant.namespace_or_default();
    for entry in from {
        let Some(kind) = kind_of(entry).filter(|kind| refers(*kind)) else { continue };
        let Some(namespace) = entry.get("namespace").and_then(Node::as_str) else { continue };
        let kinds: Vec<Kind<'_>> = to.iter().filter_map(kind_of).collect();
        // A kind of some controller's own may be referred to by what is not seen here.
        let is_known = |kind: &Kind<'_>| matches!((kind.group, kind.name), ("", "Service" | "Secret" | "ConfigMap"));
        let is_used = kinds.iter().any(|kind_to| used.contains(&(kind, namespace, *kind_to, own)));
        if kinds.is_empty() || is_used || !kinds.iter().all(is_known) {
            continue;
        }
        let named: Vec<String> = kinds.iter().map(|kind| kind.name.to_owned()).collect();
        let what = named.join(" or ");
        let message = format!("no {} of namespace {namespace:?} refers to a {what} of namespace {own:?}", kind.name);
        let finding = rule.finding(grant, entry.span, message).with_help("take the entry away");
        let finding = finding.as_bad_as(Severity::Info);
        let assumed = format!("there is none outside the input either in namespace {namespace:?}");
        let found = of_missing(world, world.covers(kind, namespace), finding, &assumed);
        findings.extend(found.map(|finding| finding.as_bad_as(Severity::Info)));
    }
    findings
}

/// Whether references of a kind are all known here.
fn refers(kind: Kind<'_>) -> bool {
    ROUTES.contains(&kind) || kind == K8S_GATEWAY || kind == LISTENER_SET
}

fn kind_of(entry: &Node) -> Option<Kind<'_>> {
    Some(Kind::new(entry.get("group").and_then(Node::as_str)?, entry.get("kind").and_then(Node::as_str)?))
}

/// An entry whose kind is known, and is of another group.
fn misplaced(rule: &RuleInfo, grant: &Resource, entry: &Node) -> Option<Finding> {
    let kind = kind_of(entry)?;
    let ours = ROUTES.iter().chain([&K8S_GATEWAY, &LISTENER_SET, &BACKEND_TLS_POLICY]).any(|it| it.name == kind.name);
    let group = match kind.name {
        "Secret" | "ConfigMap" | "Service" => "",
        _ if ours => GROUP,
        _ => return None,
    };
    // Some other group may have a kind of the same name; these two are certain.
    if kind.group == group || !matches!(kind.group, "" | "core" | "v1" | "apps" | GROUP) {
        return None;
    }
    let message = format!("there is no {} in the group {:?}", kind.name, kind.group);
    let place = entry.get("group").map_or(entry.span, |group| group.span);
    Some(rule.finding(grant, place, message).with_help(format!("its group is {group:?}")))
}
