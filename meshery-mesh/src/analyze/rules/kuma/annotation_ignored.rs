//! MSH536 `kuma-annotation-ignored`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kuma::each_annotation;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH536",
    name: "kuma-annotation-ignored",
    summary: "An annotation is one that Kuma no longer reads",
    why: "
Whether a proxy is put into pods is said by the label `kuma.io/sidecar-injection`; the annotation of that name has not been read
since Kuma 2. Others were renamed. What they say has no effect, and a pod that was to be in the mesh is not.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, annotations: { kuma.io/sidecar-injection: enabled } }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { kuma.io/sidecar-injection: enabled } }",
    references: &["https://kuma.io/docs/latest/reference/kubernetes-annotations/"],
    severity: Severity::Warning,
    meshes: &["kuma"],
    run,
    ..Rule::NEW
};

/// What is no longer read, and what to do instead.
const IGNORED: [(&str, &str); 3] = [
    ("kuma.io/sidecar-injection", "make it a label"),
    ("kuma.io/builtindns", "use kuma.io/builtin-dns"),
    ("kuma.io/builtindnsport", "use kuma.io/builtin-dns-port"),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_annotation(world, |it| {
        let (name, help) = IGNORED.iter().find(|(name, _)| *name == &*it.field.key)?;
        // Beside the label it does no harm.
        if !it.is_read || it.has_label(name) {
            return None;
        }
        let message = format!("Kuma does not read the annotation {name}");
        Some(rule.finding(it.object, it.field.key_span, message).with_help(*help))
    })
}
