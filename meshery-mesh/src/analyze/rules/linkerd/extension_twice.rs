//! MSH436 `linkerd-extension-twice`.

use std::collections::BTreeMap;

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kinds::NAMESPACE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH436",
    name: "linkerd-extension-twice",
    summary: "Two namespaces say that they hold the same extension of Linkerd",
    why: "
`linkerd check` and `linkerd viz` find an extension by the label `linkerd.io/extension` of its namespace. With two namespaces
of one extension they do not know which is meant and fail.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: linkerd-viz, labels: { linkerd.io/extension: viz } }
---
apiVersion: v1
kind: Namespace
metadata: { name: viz, labels: { linkerd.io/extension: viz } }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: linkerd-viz, labels: { linkerd.io/extension: viz } }
---
apiVersion: v1
kind: Namespace
metadata: { name: linkerd-jaeger, labels: { linkerd.io/extension: jaeger } }",
    references: &["https://linkerd.io/2/tasks/troubleshooting/#l5d-extension-namespaces"],
    aliases: &["l5d-extension-namespaces"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut first = BTreeMap::new();
    let mut findings = Vec::new();
    for namespace in world.of(NAMESPACE) {
        let Some(label) = namespace.root.at(&["metadata", "labels", "linkerd.io/extension"]) else { continue };
        let Some(name) = label.as_str().filter(|name| !name.is_empty()) else { continue };
        let Some((other, place)) = first.get(&(&namespace.cluster, name)) else {
            first.insert((&namespace.cluster, name), (namespace, label.span));
            continue;
        };
        let message = format!("the namespace {:?} holds the extension {name:?} too", other.name);
        let finding = rule.finding(namespace, label.span, message).with_help("keep one installation of the extension");
        findings.push(finding.with_related(other, *place, "the other namespace"));
    }
    findings
}
