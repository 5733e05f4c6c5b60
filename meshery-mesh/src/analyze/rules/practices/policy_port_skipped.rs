//! MSH824 `policy-port-skipped`.

use std::collections::BTreeMap;

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Bypass, Bypasses, Direction, policies_of_ports};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH824",
    name: "policy-port-skipped",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "A policy is for a port that passes the proxy by",
    why: "
The proxy asks for identities and applies policies, and calls to this port never reach it: whoever can reach the pod is let
in, though the policy says otherwise.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata:
      labels: { app: reviews }
      annotations: { linkerd.io/inject: enabled, config.linkerd.io/skip-inbound-ports: '9000-9100' }
    spec:
      serviceAccountName: reviews
      containers: [{ name: reviews, image: 'shop/reviews:1' }]
---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: reviews, namespace: shop }
spec: { podSelector: { matchLabels: { app: reviews } }, port: 9080 }
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: reviews }
  requiredAuthenticationRefs: [{ kind: ServiceAccount, name: page }]",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata:
      labels: { app: reviews }
      annotations: { linkerd.io/inject: enabled }
    spec:
      serviceAccountName: reviews
      containers: [{ name: reviews, image: 'shop/reviews:1' }]
---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: { name: reviews, namespace: shop }
spec: { podSelector: { matchLabels: { app: reviews } }, port: 9080 }
---
apiVersion: policy.linkerd.io/v1alpha1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  targetRef: { group: policy.linkerd.io, kind: Server, name: reviews }
  requiredAuthenticationRefs: [{ kind: ServiceAccount, name: page }]",
    references: &[
        "https://linkerd.io/2/reference/authorization-policy/",
        "https://istio.io/latest/docs/reference/config/annotations/",
    ],
    meshes: &["istio", "linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let bypasses = world.view::<Bypasses>();
    let mut by_namespace: BTreeMap<&str, Vec<&Bypass>> = BTreeMap::new();
    for it in bypasses.iter().filter(|it| it.direction == Direction::Inbound && !it.ports.is_empty()) {
        by_namespace.entry(&it.namespace).or_default().push(it);
    }
    let mut findings = Vec::new();
    if by_namespace.is_empty() {
        return findings;
    }
    for policy in policies_of_ports(world) {
        let near = by_namespace.get(policy.place.object.namespace_or_default()).into_iter().flatten();
        let Some(bypass) = near.copied().find(|bypass| policy.is_passed_by(bypass)) else { continue };
        let message = format!("calls to port {} of {} pass the proxy by", policy.port, bypass.place.object);
        let finding = policy.place.finding(rule, message).with_help("let the proxy carry the port");
        findings.push(bypass.place.relate(finding, "lets it pass"));
    }
    findings
}
