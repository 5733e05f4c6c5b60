//! MSH814 `networkpolicy-missing-meshed`.

use meshery_core::analyzer::Category;
use meshery_core::resource::{Node, Resource};
use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Members, Mesh, NETWORK_POLICY, Place};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH814",
    name: "networkpolicy-missing-meshed",
    severity: Severity::Info,
    category: Category::Security,
    summary: "A namespace of the mesh has no NetworkPolicy that denies by default",
    why: "
Proxies ask for identities, and only of what passes through them. What reaches a pod past its proxy, or a pod without one, is
stopped by the network alone. Documentation of meshes and of Kubernetes asks for both: a NetworkPolicy that selects every pod
and allows nothing, and others that allow what is needed.

Only where NetworkPolicies of the namespace are among the input, or the input is all that there is.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: default-deny, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress] }",
    references: &[
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-deny-all-ingress-traffic",
        "https://istio.io/latest/docs/ops/best-practices/security/#understand-traffic-capture-limitations",
    ],
    meshes: &[],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let members = world.view::<Members>();
    let open = members.all_namespaces().filter(|(name, _, _)| {
        let policies = world.within(NETWORK_POLICY, name);
        world.covers(NETWORK_POLICY, name) && !policies.iter().any(|policy| denies_all(policy))
    });
    let finding = |(name, mesh, place): (&str, Mesh, &Place)| {
        let message = format!("namespace {name:?} of {} has no NetworkPolicy that denies by default", mesh.title());
        let help = "create one with an empty podSelector and policyTypes [Ingress], and allow what is needed by others";
        place.finding(rule, message).with_help(help)
    };
    open.map(finding).collect()
}

/// Whether a policy selects every pod for calls to them. What it allows is then all that is.
fn denies_all(policy: &Resource) -> bool {
    let selector = policy.root.at(&["spec", "podSelector"]);
    let types = policy.items(&["spec", "policyTypes"]);
    selector.is_none_or(|selector| Selector::of(selector).is_empty())
        && (types.is_empty() || types.iter().filter_map(Node::as_str).any(|it| it == "Ingress"))
}
