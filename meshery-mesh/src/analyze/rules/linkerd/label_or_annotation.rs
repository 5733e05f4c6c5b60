//! MSH434 `linkerd-label-or-annotation`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kubernetes::{Annotated, Holder, each_annotated};
use crate::analyze::linkerd::annotations::{INJECT, form, is_config};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH434",
    name: "linkerd-label-or-annotation",
    severity: Severity::Warning,
    summary: "An annotation of Linkerd is a label, or a label of Linkerd is an annotation",
    why: "
Linkerd reads `linkerd.io/inject` and `config.linkerd.io/…` from annotations alone, and whether a Service is exported to other
clusters, `mirror.linkerd.io/exported`, from its labels alone. In the other place they have no effect.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { linkerd.io/inject: enabled } }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { linkerd.io/inject: enabled } }",
    references: &["https://linkerd.io/2/tasks/troubleshooting/#l5d-data-plane-pod-labels"],
    aliases: &["l5d-data-plane-pod-labels", "l5d-data-plane-services-labels", "l5d-data-plane-services-annotations"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

const EXPORTED: &str = "mirror.linkerd.io/exported";
/// What webhooks select namespaces by.
const WEBHOOKS: &str = "config.linkerd.io/admission-webhooks";

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_annotated(world, |annotated| check(rule, annotated))
}

fn check(rule: &RuleInfo, annotated: Annotated<'_>) -> Vec<Finding> {
    let Annotated { object, holder, .. } = annotated;
    if holder == Holder::Workload {
        return Vec::new();
    }
    let is_lost = |key: &str| {
        let of_namespace = holder == Holder::Namespace && (key == WEBHOOKS || (is_config(key) && form(key).is_none()));
        (key == INJECT || is_config(key)) && !of_namespace
    };
    let labels = annotated.labels().iter().filter(|field| is_lost(&field.key)).map(|field| {
        let message = format!("{} has no effect as a label", field.key);
        rule.finding(object, field.key_span, message).with_help("make it an annotation")
    });
    let mut annotations = annotated.annotations().iter();
    let exported = annotations.find(|field| holder == Holder::Service && &*field.key == EXPORTED).map(|field| {
        let message = format!("{EXPORTED} has no effect as an annotation");
        rule.finding(object, field.key_span, message).with_help("make it a label")
    });
    labels.chain(exported).collect()
}
