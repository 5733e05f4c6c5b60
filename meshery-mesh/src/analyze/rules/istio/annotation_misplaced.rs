//! MSH111 `annotation-misplaced`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Annotation, each_annotation, known::Known};
use crate::analyze::kinds::POD;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH111",
    name: "annotation-misplaced",
    severity: Severity::Warning,
    summary: "An annotation of Istio's stands on a kind on which it has no effect",
    why: "
Istio reads each annotation on certain kinds only. An annotation that is meant for pods has no effect on a Deployment,
nor on a Namespace: it must be in the Deployment's template, `spec.template.metadata.annotations`, from which the pods
get it.

What Istio makes for a Gateway carries the Gateway's annotations, and is left alone.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews
  namespace: shop
  annotations: { traffic.sidecar.istio.io/excludeOutboundPorts: '5432' }
spec:
  selector: { matchLabels: { app: reviews } }
  template:
    metadata: { labels: { app: reviews } }
    spec: { containers: [{ name: reviews, image: 'shop/reviews:1' }] }",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews
  namespace: shop
spec:
  selector: { matchLabels: { app: reviews } }
  template:
    metadata:
      labels: { app: reviews }
      annotations: { traffic.sidecar.istio.io/excludeOutboundPorts: '5432' }
    spec: { containers: [{ name: reviews, image: 'shop/reviews:1' }] }",
    references: &["https://istio.io/latest/docs/reference/config/annotations/"],
    meshes: &["istio"],
    aliases: &["IST0107"],
    upstream: "annotations.K8sAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_annotation(world, |annotation| check(annotation, rule))
}

fn check(annotation: &Annotation<'_>, rule: &RuleInfo) -> Option<Finding> {
    let known = annotation.known.filter(|_| !annotation.is_placed())?;
    let (name, on) = (annotation.name(), annotation.on);
    let message = format!("the annotation {name} has no effect on a {on}");
    let finding = rule.finding(annotation.object, annotation.field.key_span, message);
    Some(finding.with_help(help(annotation, known)))
}

fn help(annotation: &Annotation<'_>, known: &Known) -> String {
    let is_for_pods = known.kinds.contains(&POD.name);
    let path = match annotation.on {
        "CronJob" => "spec.jobTemplate.spec.template.metadata.annotations",
        "DaemonSet" | "Deployment" | "Job" | "Rollout" | "StatefulSet" => "spec.template.metadata.annotations",
        _ => "",
    };
    if is_for_pods && !path.is_empty() {
        format!("move it to {path}")
    } else {
        format!("it is read on {} only", known.kinds.join(", "))
    }
}
