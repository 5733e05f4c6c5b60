//! MSH632 `consul-annotation-misspelt`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::consul::{Annotation, KNOWN, META, each_annotation};
use crate::analyze::edit::meaning;
use crate::nearest::within;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH632",
    name: "consul-annotation-misspelt",
    severity: Severity::Warning,
    summary: "A pod or Service has an annotation whose name is nearly one of Consul's",
    why: "
Nobody reads such an annotation, and nobody says so: the pod is injected, registered or measured as if it were not there. Only a
name that is nearly one that Consul on Kubernetes reads is found; others under `consul.hashicorp.com/` may be of another release.",
    bad: "
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  annotations: { consul.hashicorp.com/conect-inject: 'true' }
spec: { containers: [{ name: web, image: web:1 }] }",
    good: "
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  annotations: { consul.hashicorp.com/connect-inject: 'true' }
spec: { containers: [{ name: web, image: web:1 }] }",
    references: &["https://developer.hashicorp.com/consul/docs/k8s/annotations-and-labels"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

/// How many letters a slip of the pen gets wrong.
const SLIP: usize = 2;

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_annotation(world, |annotation| check(annotation, rule))
}

fn check(annotation: &Annotation<'_>, rule: &RuleInfo) -> Option<Finding> {
    let name = annotation.name();
    if name.starts_with(META) || KNOWN.contains(&name) {
        return None;
    }
    let near = within(name, SLIP.min(name.chars().count() / 3), KNOWN.into_iter())?;
    let message = format!("Consul knows no annotation {:?}", &*annotation.field.key);
    let finding = rule.finding(annotation.object, annotation.field.key_span, message);
    let near = format!("consul.hashicorp.com/{near}");
    Some(meaning(finding, annotation.object, &annotation.field.key, &near))
}
