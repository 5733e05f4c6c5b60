//! MSH149 `namespace-labels-conflicting`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{DATAPLANE, INJECTION, REVISION, ROOT_NAMESPACE};
use crate::analyze::kinds::NAMESPACE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH149",
    name: "namespace-labels-conflicting",
    severity: Severity::Warning,
    summary: "A namespace says in two ways how its pods are in the mesh",
    why: "
`istio-injection: enabled` is for the default revision, and takes precedence: with `istio.io/rev` beside it the revision
that is named never injects, and an upgrade that goes by the label changes nothing. With `istio.io/dataplane-mode: ambient`
pods get a sidecar, and the node's proxy leaves them alone.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled, istio.io/rev: canary } }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/rev: canary } }",
    references: &[
        "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy",
        "https://istio.io/latest/docs/ambient/usage/add-workloads/",
    ],
    meshes: &["istio"],
    aliases: &["IST0123"],
    upstream: "injection.Analyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    let all = world.of(NAMESPACE).iter().filter(|it| !compatible || *it.name != *ROOT_NAMESPACE);
    let report = |namespace: &Resource| {
        let said = said(namespace, compatible);
        let [(first, _), .., (last, place)] = said.as_slice() else { return None };
        let texts: Vec<&str> = said.iter().map(|(text, _)| text.as_str()).collect();
        let message = format!("{} exclude each other", texts.join(" and "));
        let finding = rule.finding(namespace, place.span, message);
        Some(finding.with_help(format!("keep either {first} or {last}")))
    };
    all.filter_map(|namespace| report(namespace)).collect()
}

/// The labels by which a namespace says how its pods are in the mesh.
fn said(namespace: &Resource, compatible: bool) -> Vec<(String, &Node)> {
    let label = |name: &'static str| {
        let node = namespace.root.at(&["metadata", "labels", name])?;
        Some((name, node.as_str()?, node))
    };
    let injection = label(INJECTION);
    // Where injection is off, what else is said has no rival.
    let rivals = injection.is_none_or(|(_, value, _)| value == "enabled");
    let others = [label(REVISION), label(DATAPLANE)].into_iter().flatten();
    let others = others.filter(|(name, value, _)| compatible || *name != DATAPLANE || *value == "ambient");
    let all = injection.into_iter().chain(others.filter(|_| rivals));
    all.map(|(name, value, node)| (format!("{name}={value}"), node)).collect()
}
