//! MSH827 `injection-webhook-failopen`.

use std::sync::Arc;

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Injection, injections};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH827",
    name: "injection-webhook-failopen",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "Pods start without a proxy when the injector does not answer",
    why: "
With the failure policy `Ignore` the API server lets a pod through as it is when the injector cannot be reached. It then runs
outside the mesh, without mutual TLS and without policies, until somebody notices. Production wants `Fail`, and an injector of
several replicas; the settings for high availability that the meshes offer do both.

One finding for a configuration.",
    bad: "
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: linkerd-proxy-injector-webhook-config }
webhooks:
- name: linkerd-proxy-injector.linkerd.io
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Ignore
  clientConfig: { service: { name: linkerd-proxy-injector, namespace: linkerd, path: / } }
  rules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }]",
    good: "
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: linkerd-proxy-injector-webhook-config }
webhooks:
- name: linkerd-proxy-injector.linkerd.io
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  clientConfig: { service: { name: linkerd-proxy-injector, namespace: linkerd, path: / } }
  rules: [{ apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods] }]",
    references: &[
        "https://linkerd.io/2/features/ha/",
        "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy",
    ],
    meshes: &["consul", "istio", "kuma", "linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut open: Vec<Injection> = injections(world).into_iter().filter(|it| it.fails_open).collect();
    open.dedup_by(|a, b| Arc::ptr_eq(&a.place.object, &b.place.object));
    let finding = |it: Injection| {
        let message = format!("pods start without a proxy when the injector of {} does not answer", it.mesh.title());
        it.place.finding(rule, message).with_help("set failurePolicy to Fail, and run several replicas of the injector")
    };
    open.into_iter().map(finding).collect()
}
