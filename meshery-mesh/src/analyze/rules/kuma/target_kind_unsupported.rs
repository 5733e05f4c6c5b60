//! MSH501 `kuma-target-kind-unsupported`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, KINDS, Place, of_kinds, policy, present, references, text};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH501",
    name: "kuma-target-kind-unsupported",
    summary: "A policy refers to a kind that it cannot be applied to",
    why: "
Each policy takes some kinds only: `spec.targetRef` chooses proxies, by `Mesh` or `Dataplane`; the items of `to` choose
destinations, which a route cannot choose by `Mesh`; and what requests are sent to is a service. The control plane refuses
the policy.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshTCPRoute
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: Mesh } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshTCPRoute
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh }
  to: [{ targetRef: { kind: MeshService, labels: { kuma.io/display-name: orders } } }]",
    references: &["https://kuma.io/docs/latest/policies/introduction/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    of_kinds(world, rule, &KINDS, check)
}

fn check(spec: &Node, flaws: &mut Flaws<'_>) {
    let Some(policy) = policy(&flaws.resource.kind) else { return };
    for reference in references(policy, spec) {
        let named = text(reference.node, "kind");
        if named.is_empty() || reference.kinds.contains(&named) || reference.old.contains(&named) {
            continue;
        }
        let what = match reference.place {
            Place::Top => "choose its proxies by",
            Place::To => "choose destinations by",
            Place::From => "choose clients by",
            Place::Backend => "send requests to",
        };
        let at = present(reference.node, "kind").unwrap_or(reference.node);
        let message = format!("{} cannot {what} the kind {named:?}", policy.kind);
        flaws.add(at, message, format!("use one of {}", reference.kinds.join(", ")));
    }
}
