//! MSH112 `annotation-invalid`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Annotation, annotation_problem, each_annotation};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH112",
    name: "annotation-invalid",
    severity: Severity::Warning,
    summary: "An annotation of Istio's has a value that Istio cannot use",
    why: "
The injector refuses a pod whose annotations it cannot read, so that a Deployment gets no new pods: a rollout stands
still, and after a node is lost nothing replaces its pods.

Checked are ports and lists of them, address ranges, interfaces, numbers, quantities of resources, the mode of
interception, and the known fields of `proxy.istio.io/config`, where above all the values under `proxyMetadata` must
be texts.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { app: reviews } }
  template:
    metadata:
      labels: { app: reviews }
      annotations: { traffic.sidecar.istio.io/excludeOutboundIPRanges: 10.0.0.1 }
    spec: { containers: [{ name: reviews, image: 'shop/reviews:1' }] }",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { app: reviews } }
  template:
    metadata:
      labels: { app: reviews }
      annotations: { traffic.sidecar.istio.io/excludeOutboundIPRanges: 10.0.0.1/32 }
    spec: { containers: [{ name: reviews, image: 'shop/reviews:1' }] }",
    references: &["https://istio.io/latest/docs/reference/config/annotations/"],
    meshes: &["istio"],
    aliases: &["IST0125"],
    upstream: "annotations.K8sAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_annotation(world, |annotation| check(annotation, rule))
}

fn check(annotation: &Annotation<'_>, rule: &RuleInfo) -> Option<Finding> {
    // Where it has no effect its value does not matter.
    let value = Some(&annotation.field.value).filter(|_| annotation.is_placed())?;
    let problem = annotation_problem(annotation.name(), value.as_str()?)?;
    let message = format!("the annotation {} is invalid: {problem}", annotation.name());
    Some(rule.finding(annotation.object, value.span, message).with_help("correct the value"))
}
