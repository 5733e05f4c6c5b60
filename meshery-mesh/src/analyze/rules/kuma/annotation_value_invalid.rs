//! MSH535 `kuma-annotation-value-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kuma::{each_annotation, wanted};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH535",
    name: "kuma-annotation-value-invalid",
    summary: "An annotation or a label of Kuma has a value that it cannot have",
    why: "
Kuma reads these values when it puts its proxy into a pod, and refuses the pod where it cannot: a port that is no number, a
switch that is neither `enabled` nor `disabled`. The protocol of a Service's port is read when the Service is created.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { kuma.io/sidecar-injection: \"on\" } }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { kuma.io/sidecar-injection: enabled } }",
    references: &["https://kuma.io/docs/latest/reference/kubernetes-annotations/"],
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_annotation(world, |it| {
        let value = it.field.value.as_str()?;
        let wanted = wanted(&it.field.key, value)?;
        let message = format!("{value:?} is not {wanted}");
        let span = it.field.value.span;
        let span = span.or(it.field.key_span);
        Some(rule.finding(it.object, span, message).with_help(format!("set it to {wanted}")))
    })
}
