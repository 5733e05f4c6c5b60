//! MSH110 `annotation-unknown`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::edit::meant;
use crate::analyze::istio::{Annotation, each_annotation, known};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH110",
    name: "annotation-unknown",
    severity: Severity::Warning,
    summary: "An object has an annotation of Istio's that Istio does not know",
    why: "
Nobody reads such an annotation, and nobody says so: the object behaves as if it were not there. Mostly the name is
misspelt, or belongs to a label, or to another release of Istio.

Istio owns the names whose part before the slash is `istio.io` or ends with `.istio.io`. The rule looks at Namespaces,
Services, workloads and their templates of pods, and at those objects of Istio's that have annotations of their own.",
    bad: "
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
  annotations:
    networking.istio.io/exportsTo: shop
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80 }] }",
    good: "
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
  annotations:
    networking.istio.io/exportTo: shop
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80 }] }",
    references: &["https://istio.io/latest/docs/reference/config/annotations/"],
    meshes: &["istio"],
    aliases: &["IST0108"],
    upstream: "annotations.K8sAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    each_annotation(world, |annotation| {
        let is_foreign = !compatible && !is_of_istio(annotation.name());
        (annotation.known.is_none() && !is_foreign).then(|| finding(annotation, rule))
    })
}

/// Who owns `notistio.io` is not Istio, whatever istioctl makes of it.
fn is_of_istio(name: &str) -> bool {
    let domain = name.split('/').next().unwrap_or_default();
    domain == "istio.io" || domain.ends_with(".istio.io")
}

fn finding(annotation: &Annotation<'_>, rule: &RuleInfo) -> Finding {
    let name = annotation.name();
    let message = format!("Istio knows no annotation {name}");
    let finding = rule.finding(annotation.object, annotation.field.key_span, message);
    if known::is_label(name) {
        return finding.with_help(format!("{name} is a label: move it to metadata.labels"));
    }
    meant(finding, annotation.object, name, nearest(name, known::annotations()), "correct its name, or take it away")
}
