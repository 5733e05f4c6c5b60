//! MSH633 `consul-annotation-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::{annotation_problem, each_annotation};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH633",
    name: "consul-annotation-invalid",
    summary: "An annotation of Consul's has a value that Consul cannot use",
    why: "
The injector refuses a pod whose annotations it cannot read, so that a Deployment gets no new pods: a rollout stands still, and
after a node is lost nothing replaces its pods. Checked are truth values, numbers, ports, quantities of resources, JSON, kinds
of gateways and lists of upstreams.

Ports, addresses and users to be left out of the redirection are read when the pod starts; the pod does not start with others.",
    bad: "
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  annotations: { consul.hashicorp.com/connect-inject: 'yes' }
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

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_annotation(world, |annotation| {
        let problem = annotation_problem(annotation)?;
        let span = annotation.field.value.span;
        let span = span.or(annotation.field.key_span);
        let message = format!("the annotation {} is invalid: {problem}", &*annotation.field.key);
        Some(rule.finding(annotation.object, span, message).with_help("correct the value"))
    })
}
