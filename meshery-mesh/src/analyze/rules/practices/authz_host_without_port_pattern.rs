//! MSH807 `authz-host-without-port-pattern`.

use meshery_core::analyzer::Category;
use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Conditions, Part};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH807",
    name: "authz-host-without-port-pattern",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "A policy denies a host, and not the same host with a port",
    why: "
The `Host` of a request may have a port, and `shop.example.com:8080` is another text than `shop.example.com`. A policy that
denies the one lets the other through, and the application takes both for the same.

Only a policy that denies hosts, or allows all but some, is passed by in this way.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: admin, namespace: shop }
spec:
  action: DENY
  selector: { matchLabels: { app: shop } }
  rules: [{ to: [{ operation: { hosts: [admin.example.com] } }] }]",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: admin, namespace: shop }
spec:
  action: DENY
  selector: { matchLabels: { app: shop } }
  rules: [{ to: [{ operation: { hosts: [admin.example.com, 'admin.example.com:*'] } }] }]",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/security/#customize-your-system-on-path-normalization",
        "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation",
    ],
    meshes: &["istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let conditions = world.view::<Conditions>();
    let mut findings = Vec::new();
    for it in conditions.iter().filter(|it| it.part == Part::Host && it.fails_open()) {
        for (host, node) in it.values.iter().filter_map(|node| Some((node.as_str()?, node))) {
            // What begins with a star can have none behind it, and a port is one already.
            let is_whole = !host.is_empty() && !host.contains(['*', ':']);
            let twins = [format!("{host}:*"), format!("{host}*")];
            let has_twin =
                it.values.iter().filter_map(Node::as_str).any(|other| twins.iter().any(|twin| twin == other));
            if is_whole && !has_twin {
                let message = format!("a request for {host:?} with a port is let through");
                let help = format!("add \"{host}:*\"");
                findings.push(rule.finding(&it.place.object, node.span, message).with_help(help));
            }
        }
    }
    findings
}
