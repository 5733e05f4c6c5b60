//! MSH113 `annotation-deprecated`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Annotation, INJECT, each_annotation};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH113",
    name: "annotation-deprecated",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "An object has an annotation that Istio calls deprecated",
    why: "
A later release may stop reading it without a word. `sidecar.istio.io/inject` is a label by now: as an annotation it
is seen only by an injector that looks at the pod already, so that it cannot ask for a sidecar where the namespace
does not, and a failing injector holds up pods that want no sidecar at all. Who has both, the annotation and the
label, is left alone.",
    bad: "
apiVersion: v1
kind: Pod
metadata:
  name: reviews
  namespace: shop
  annotations: { sidecar.istio.io/inject: 'false' }
spec: { containers: [{ name: reviews, image: 'shop/reviews:1' }] }",
    good: "
apiVersion: v1
kind: Pod
metadata:
  name: reviews
  namespace: shop
  labels: { sidecar.istio.io/inject: 'false' }
spec: { containers: [{ name: reviews, image: 'shop/reviews:1' }] }",
    references: &[
        "https://istio.io/latest/docs/reference/config/annotations/",
        "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy",
    ],
    meshes: &["istio"],
    aliases: &["IST0135"],
    upstream: "annotations.K8sAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_annotation(world, |annotation| {
        let is_deprecated = annotation.known.is_some_and(|known| known.is_deprecated);
        // Who has the label too knows, and keeps the annotation for older releases.
        let is_alone = annotation.name() != INJECT || !annotation.is_beside_label(INJECT);
        (is_deprecated && is_alone).then(|| finding(annotation, rule))
    })
}

fn finding(annotation: &Annotation<'_>, rule: &RuleInfo) -> Finding {
    let name = annotation.name();
    let help = if name == INJECT { "use the label of the same name" } else { "do without it" };
    let message = format!("the annotation {name} is deprecated");
    rule.finding(annotation.object, annotation.field.key_span, message).with_help(help)
}
