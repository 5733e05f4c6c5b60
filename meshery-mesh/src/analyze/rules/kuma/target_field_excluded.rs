//! MSH503 `kuma-target-field-excluded`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{Flaws, KINDS, Place, list, of_kinds, policy, present, references, text};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH503",
    name: "kuma-target-field-excluded",
    summary: "A reference of a policy has fields that its kind does not go with, or lacks those it needs",
    why: "
`Mesh` means the whole mesh and takes no name and no labels. A service is known by its labels or by its name, never by both,
and one by neither is none. `sectionName` chooses a port: of a service, or of a proxy where the policy is about what comes
in. What is sent to a MeshMultiZoneService needs a port. The control plane refuses the policy.",
    bad: "
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Mesh, labels: { app: web } }
  to: [{ targetRef: { kind: MeshService }, default: { idleTimeout: 20s } }]",
    good: "
apiVersion: kuma.io/v1alpha1
kind: MeshTimeout
metadata: { name: orders, namespace: kuma-system, labels: { kuma.io/mesh: default } }
spec:
  targetRef: { kind: Dataplane, labels: { app: web } }
  to: [{ targetRef: { kind: MeshService, labels: { kuma.io/display-name: orders } }, default: { idleTimeout: 20s } }]",
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
    let is_inbound = !list(spec, "rules").is_empty() || !list(spec, "from").is_empty();
    for reference in references(policy, spec) {
        let (node, kind) = (reference.node, text(reference.node, "kind"));
        if !reference.kinds.contains(&kind) && !reference.old.contains(&kind) {
            continue;
        }
        for field in excluded(kind).iter().filter_map(|name| given(node, name).map(|at| (name, at))) {
            flaws.add(field.1, format!("{} does not go with the kind {kind}", field.0), format!("remove {}", field.0));
        }
        let is_by_labels = given(node, "labels").is_some();
        let is_by_name = given(node, "name").is_some() || given(node, "namespace").is_some();
        if is_by_labels && is_by_name && is_chosen(kind) {
            let at = given(node, "labels").unwrap_or(node);
            flaws.add(
                at,
                "there are labels beside a name or a namespace",
                "choose by labels, or by name and namespace",
            );
        }
        if !is_by_labels && given(node, "name").is_none() && needs_choice(kind) {
            flaws.add(node, format!("no {kind} is chosen"), "choose one by labels, as kuma.io/display-name");
        }
        if let Some(at) = given(node, "sectionName").filter(|_| kind == "Dataplane" && !is_inbound) {
            flaws.add(
                at,
                "the policy is about no port of the proxy: it has no rules",
                "remove sectionName, or use rules",
            );
        }
        let is_multi_zone = reference.place == Place::Backend && kind == "MeshMultiZoneService";
        if is_multi_zone && present(node, "port").is_none() {
            flaws.add(node, "a MeshMultiZoneService is sent to without a port", "add port");
        }
    }
}

/// A field that says something.
fn given<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.get(name).filter(|value| !value.is_empty())
}

/// The fields that a kind does not go with.
fn excluded(kind: &str) -> &'static [&'static str] {
    match kind {
        "Mesh" => &["name", "mesh", "tags", "labels", "namespace", "sectionName"],
        "Dataplane" | "MeshService" | "MeshMultiZoneService" => &["mesh", "tags", "proxyTypes"],
        "MeshSubset" => &["name", "mesh", "labels", "namespace", "sectionName"],
        "MeshHTTPRoute" | "MeshExternalService" => &["mesh", "tags", "proxyTypes", "sectionName"],
        "MeshServiceSubset" | "MeshGateway" => &["mesh", "proxyTypes", "labels", "namespace", "sectionName"],
        _ => &[],
    }
}

/// Whether it is known by labels or by a name.
fn is_chosen(kind: &str) -> bool {
    matches!(kind, "Dataplane" | "MeshService" | "MeshHTTPRoute" | "MeshExternalService" | "MeshMultiZoneService")
}

/// Whether all of the kind cannot be meant.
fn needs_choice(kind: &str) -> bool {
    (is_chosen(kind) && kind != "Dataplane") || matches!(kind, "MeshServiceSubset" | "MeshGateway")
}
