//! MSH172 `sidecars-without-selector`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Membership, several, told_namespace};
use crate::analyze::kinds::SIDECAR;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH172",
    name: "sidecars-without-selector",
    summary: "A namespace has several Sidecars that are for all of its workloads",
    why: "
A Sidecar without a `workloadSelector` is the default of its namespace, and there can be one. Which one it is when there
are several is undefined: the hosts that the other ones list are unreachable where the mesh lets only known hosts through.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { egress: [{ hosts: [./*] }] }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: to-the-bank, namespace: shop }
spec: { egress: [{ hosts: [bank/*] }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { egress: [{ hosts: [./*, bank/*] }] }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/sidecar/",
        "https://istio.io/latest/docs/reference/config/analysis/ist0111/",
    ],
    meshes: &["istio"],
    aliases: &["IST0111", "KIA0002"],
    upstream: "sidecar.SelectorAnalyzer",
    run,
    ..Rule::NEW
};

/// Whether a Sidecar is for all workloads of its namespace.
pub(super) fn is_default(sidecar: &Resource) -> bool {
    sidecar.root.at(&["spec", "workloadSelector", "labels"]).is_none_or(Node::is_empty)
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    let membership = world.view::<Membership>();
    let found = several(world, SIDECAR, is_default).into_iter();
    // Where there are no sidecars, MSH173 says so.
    let with_proxies = found.filter(|(sidecar, _)| {
        let own = if compatible { told_namespace(sidecar) } else { sidecar.namespace_or_default() };
        let namespace = membership.namespace(own);
        !namespace.is_some_and(|namespace| Membership::is_ambient(namespace))
    });
    // What is missing is the selector.
    let place = |sidecar: &Resource| {
        let spec = sidecar.root.fields().iter().find(|field| &*field.key == "spec").filter(|_| !compatible);
        spec.map_or_else(|| sidecar.head(), |spec| spec.key_span)
    };
    let findings = with_proxies.map(|(sidecar, other)| {
        let message = format!("{sidecar} and {other} both are for all workloads of their namespace");
        let finding = rule.finding(sidecar, place(sidecar), message);
        let finding = finding.with_help("make one Sidecar of them, or select workloads");
        finding.with_related(other, other.head(), "is for all workloads too")
    });
    findings.collect()
}
