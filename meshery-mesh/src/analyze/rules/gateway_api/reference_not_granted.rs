//! MSH316 `gateway-reference-not-granted`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::gateway_api::{Grants, REFERENCE_GRANT, crossings};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH316",
    name: "gateway-reference-not-granted",
    summary: "An object refers to one of another namespace, which does not allow it",
    why: "
The reference counts for nothing, `RefNotPermitted`: requests are answered with 500, a listener has no certificate. Whoever
owns the other namespace must allow it by a ReferenceGrant *in that namespace*, which names the kind and namespace of who
refers, and the kind of what is referred to.

It is asked of backends of routes and of their filters, and of the Secrets and ConfigMaps of Gateways and ListenerSets. A
grant to a Gateway is none to its ListenerSets. References to parents need none, and neither do backends of
a route whose parents are Services: what a mesh applies to calls opens nothing that was closed.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ backendRefs: [{ name: users, namespace: accounts, port: 80 }] }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: shop, namespace: shop }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }]
  to: [{ group: '', kind: Service }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ backendRefs: [{ name: users, namespace: accounts, port: 80 }] }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: shop, namespace: accounts }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }]
  to: [{ group: '', kind: Service }]",
    references: &[
        "https://gateway-api.sigs.k8s.io/api-types/referencegrant/",
        "https://gateway-api.sigs.k8s.io/geps/gep-709/",
    ],
    aliases: &["KIA1402"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let grants = world.view::<Grants>();
    let mut findings = Vec::new();
    for crossing in crossings(world) {
        let (object, to) = (crossing.object, crossing.reference);
        if grants.permit(object, &to) {
            continue;
        }
        let own = object.namespace_or_default();
        let message = format!(
            "namespace {:?} does not allow a {} of namespace {own:?} to refer to {to}",
            to.namespace, object.kind
        );
        let help = format!(
            "add a ReferenceGrant to namespace {:?}, from {} of namespace {own:?} to {} {:?}",
            to.namespace, object.kind, to.kind.name, to.name
        );
        let finding = rule.finding(object, to.node.span, message).with_help(help);
        // Who has read the object itself has read its namespace.
        let target = world.get(to.kind, to.namespace, to.name);
        let read = target.is_some() || world.covers(REFERENCE_GRANT, to.namespace);
        let finding = match target {
            Some(target) => finding.with_related(target, target.head(), "what it refers to"),
            None => finding,
        };
        let assumed = format!("namespace {:?} has no such ReferenceGrant outside the input either", to.namespace);
        findings.extend(of_missing(world, read, finding, &assumed));
    }
    findings
}
