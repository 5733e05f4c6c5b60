//! MSH534 `kuma-annotation-misspelt`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::edit::meaning;
use crate::analyze::kuma::{each_annotation, is_known, known_names};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH534",
    name: "kuma-annotation-misspelt",
    summary: "An annotation is nearly one of Kuma's",
    why: "
Kuma reads the annotations that it knows and ignores all others, so that a slip goes unnoticed: the pod runs without what the
annotation was to change.",
    bad: "
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, annotations: { traffic.kuma.io/exclude-inbound-port: \"8080\" } }
spec: { containers: [{ name: web, image: web }] }",
    good: "
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, annotations: { traffic.kuma.io/exclude-inbound-ports: \"8080\" } }
spec: { containers: [{ name: web, image: web }] }",
    references: &["https://kuma.io/docs/latest/reference/kubernetes-annotations/"],
    severity: Severity::Warning,
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_annotation(world, |it| {
        if !it.is_read || is_known(&it.field.key) {
            return None;
        }
        let near = nearest(&it.field.key, known_names())?;
        let message = format!("Kuma knows no annotation {}", it.field.key);
        Some(meaning(rule.finding(it.object, it.field.key_span, message), it.object, &it.field.key, near))
    })
}
