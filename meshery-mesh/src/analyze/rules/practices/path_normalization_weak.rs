//! MSH811 `path-normalization-weak`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Paths, paths};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH811",
    name: "path-normalization-weak",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "Policies ask for paths that are not made alike before",
    why: "
Applications often take `/a//b` and `/a/../a/b` for `/a/b`. A policy that knows only the last is passed by with another
spelling, unless the proxy makes them alike first. Istio resolves dots and leaves slashes alone unless it is told otherwise,
and so does Consul.

Found where a policy is passed by in this way: by denied paths or allowed exceptions; without any normalization by every
policy that asks for paths. To merge slashes changes what applications are sent, so that the default is for your information.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    pathNormalization: { normalization: NONE }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: admin, namespace: shop }
spec:
  action: DENY
  selector: { matchLabels: { app: shop } }
  rules: [{ to: [{ operation: { paths: ['/admin'] } }] }]",
    good: "
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    pathNormalization: { normalization: MERGE_SLASHES }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: admin, namespace: shop }
spec:
  action: DENY
  selector: { matchLabels: { app: shop } }
  rules: [{ to: [{ operation: { paths: ['/admin'] } }] }]",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/security/#customize-your-system-on-path-normalization",
        "https://istio.io/latest/docs/reference/config/security/normalization/",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/mesh",
    ],
    meshes: &["consul", "istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let finding = |it: Paths| {
        let finding = it.place.finding(rule, it.message).with_help(it.help);
        let finding = if it.none { finding } else { finding.as_bad_as(Severity::Info) };
        it.policy.relate(finding, "asks for paths")
    };
    paths(world).into_iter().map(finding).collect()
}
