//! MSH243 `authorization-denies-tcp`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH243",
    name: "authorization-denies-tcp",
    severity: Severity::Warning,
    summary: "A rule that denies requests of HTTP denies all connections to other ports",
    why: "
What a port that is not for HTTP cannot tell of a request is left out of a rule that denies, so the rest of it, often
nothing, denies every connection. Naming the ports for HTTP keeps the others open.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  action: DENY
  rules: [{ to: [{ operation: { methods: [DELETE] } }] }]",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  action: DENY
  rules: [{ to: [{ operation: { methods: [DELETE], ports: ['9080'] } }] }]",
    references: &[
        "https://istio.io/latest/docs/tasks/security/authorization/authz-tcp/",
        "https://istio.io/latest/docs/ops/best-practices/security/#understand-traffic-capture-limitations",
    ],
    meshes: &["istio"],
    aliases: &["IST0133"],
    upstream: "schema.ValidationAnalyzer.AuthorizationPolicy",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::DeniesTcp)
}
