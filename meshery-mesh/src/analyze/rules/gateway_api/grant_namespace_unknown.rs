//! MSH317 `gateway-grant-namespace-unknown`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::gateway_api::REFERENCE_GRANT;
use crate::analyze::kinds::NAMESPACE;
use crate::analyze::kubernetes::Namespaces;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH317",
    name: "gateway-grant-namespace-unknown",
    summary: "A ReferenceGrant trusts a namespace that does not exist",
    why: "
Nobody can use the grant, and who should is refused. Besides, whoever may make a namespace of that name gets the access with
it.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: shop, namespace: accounts }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shpo }]
  to: [{ group: '', kind: Service }]
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: shop, namespace: accounts }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }]
  to: [{ group: '', kind: Service }]
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }",
    references: &["https://gateway-api.sigs.k8s.io/api-types/referencegrant/"],
    aliases: &["KIA1601"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let namespaces = world.view::<Namespaces>();
    let mut findings = Vec::new();
    for grant in world.of(REFERENCE_GRANT) {
        for from in grant.items(&["spec", "from"]) {
            let Some(place) = from.get("namespace") else { continue };
            let Some(name) = place.as_str().filter(|name| !name.is_empty()) else { continue };
            // Not a pattern: a star would stand for itself, and is refused.
            if name.contains('*') || namespaces.matches(name) || name == grant.namespace_or_default() {
                continue;
            }
            let near = nearest(name, namespaces.iter());
            let kind = from.get("kind").and_then(Node::as_str).unwrap_or("object");
            let message = format!("there is no namespace {name:?} whose {kind} could be trusted");
            let finding =
                meant(rule.finding(grant, place.span, message), grant, name, near, "name the namespace of who refers");
            let read = !world.of(NAMESPACE).is_empty();
            findings.extend(of_missing(world, read, finding, "there is no such namespace outside the input either"));
        }
    }
    findings
}
