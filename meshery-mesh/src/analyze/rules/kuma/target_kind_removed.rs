//! MSH502 `kuma-target-kind-removed`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Dialect, Flaws, KINDS, is_of_two, of_kinds, policy, present, references, text};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH502",
    name: "kuma-target-kind-removed",
    summary: "A policy refers to a kind that Kuma 3 no longer has",
    why: "
Kuma 3 chooses proxies by the labels of `Dataplane`, and services by their own kinds. `MeshSubset`, `MeshServiceSubset` and
`MeshGateway` are gone, and neither a service nor a route stands in `spec.targetRef` any more: its control plane refuses the
policy.

Where the objects can only be meant for Kuma 2 nothing is said: there are gateways or policies of the old kind, the policy
has `from`, or it names services by their names.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshTrafficPermission
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: MeshSubset, tags: { kuma.io/zone: east } }
  rules: [{ default: { allow: [{ spiffeID: { type: Prefix, value: 'spiffe://default.mesh.local/ns/shop' } }] } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshTrafficPermission
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Dataplane, labels: { kuma.io/zone: east } }
  rules: [{ default: { allow: [{ spiffeID: { type: Prefix, value: 'spiffe://default.mesh.local/ns/shop' } }] } }]",
    references: &["https://kuma.io/docs/latest/policies/introduction/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    if world.view::<Dialect>().is_two { Vec::new() } else { of_kinds(world, rule, &KINDS, check) }
}

fn check(spec: &Node, flaws: &mut Flaws<'_>) {
    let Some(policy) = policy(&flaws.resource.kind).filter(|_| !is_of_two(spec)) else { return };
    for reference in references(policy, spec) {
        let named = text(reference.node, "kind");
        if reference.kinds.contains(&named) || !reference.old.contains(&named) {
            continue;
        }
        let at = present(reference.node, "kind").unwrap_or(reference.node);
        let message = format!("{} takes the kind {named} here up to Kuma 2 only", policy.kind);
        flaws.add(at, message, format!("use one of {}, with labels", reference.kinds.join(", ")));
    }
}
