//! MSH319 `gateway-grant-broad`.

use meshery_core::analyzer::Category;
use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::REFERENCE_GRANT;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH319",
    name: "gateway-grant-broad",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "A ReferenceGrant opens every Secret of its namespace",
    why: "
An entry without a `name` is for all objects of the kind, those of tomorrow too. Whoever may make a Gateway in the trusted
namespace can then present every certificate of this one. Name the Secret that is meant.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: ingress, namespace: certificates }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: Gateway, namespace: ingress }]
  to: [{ group: '', kind: Secret }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: ingress, namespace: certificates }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: Gateway, namespace: ingress }]
  to: [{ group: '', kind: Secret, name: shop }]",
    references: &["https://gateway-api.sigs.k8s.io/api-types/referencegrant/"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(REFERENCE_GRANT, |grant| check(rule, grant))
}

fn check(rule: &RuleInfo, grant: &Resource) -> Vec<Finding> {
    let text = |entry: &Node, key: &str| entry.get(key).and_then(Node::as_str).map(str::to_owned);
    let others = grant.items(&["spec", "from"]).iter().filter_map(|from| text(from, "namespace"));
    let others: Vec<String> = others.filter(|other| *other != *grant.namespace_or_default()).collect();
    if others.is_empty() {
        return Vec::new();
    }
    let is_open = |entry: &&Node| {
        text(entry, "kind").as_deref() == Some("Secret")
            && text(entry, "group").is_none_or(|group| group.is_empty())
            && text(entry, "name").is_none_or(|name| name.is_empty())
    };
    let open = grant.items(&["spec", "to"]).iter().filter(is_open).map(|entry| {
        let message = format!("every Secret of the namespace is open to {}", others.join(", "));
        rule.finding(grant, entry.span, message).with_help("name the Secret that is meant")
    });
    open.collect()
}
