//! MSH805 `authz-deny-positive-http`.

use std::sync::Arc;

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Conditions, Part};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH805",
    name: "authz-deny-positive-http",
    severity: Severity::Info,
    category: Category::Security,
    summary: "A policy lets through requests that nobody thought of",
    why: "
A policy that denies some paths or methods lets through every other one, and so does one that allows all but some. An
application may take a path for the denied one that the proxy does not: another encoding, another case, a slash too many.
Deny what is *not* expected (`notPaths`, `notMethods`), or allow what is.

One finding per policy, at the first list of it. Permissions of Consul count where a later one of the same source allows all
the rest.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: admin, namespace: shop }
spec:
  action: DENY
  selector: { matchLabels: { app: shop } }
  rules: [{ to: [{ operation: { paths: ['/admin'] } }] }]",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: admin, namespace: shop }
spec:
  action: ALLOW
  selector: { matchLabels: { app: shop } }
  rules: [{ to: [{ operation: { paths: ['/shop/*'], methods: [GET] } }] }]",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/security/#authorization-policies",
        "https://developer.hashicorp.com/consul/docs/connect/config-entries/service-intentions",
    ],
    meshes: &["consul", "istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let conditions = world.view::<Conditions>();
    let mut findings = Vec::new();
    let mut last = None;
    for it in conditions.iter().filter(|it| it.part != Part::Host && it.fails_open()) {
        if last.replace(Arc::as_ptr(&it.place.object)) == Some(Arc::as_ptr(&it.place.object)) {
            continue;
        }
        let part = if it.part == Part::Path { "path" } else { "method" };
        let message = format!("a request with a {part} that nobody thought of is let through");
        let help = format!("deny every {part} but those that are expected, or allow those alone");
        findings.push(it.place.finding(rule, message).with_help(help));
    }
    findings
}
