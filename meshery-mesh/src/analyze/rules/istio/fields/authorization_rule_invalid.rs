//! MSH234 `authorization-rule-invalid`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH234",
    name: "authorization-rule-invalid",
    category: Category::Security,
    summary: "A rule of an AuthorizationPolicy is empty, or says what cannot be told",
    why: "
An empty source or operation would match everything or nothing, depending on how one reads it, so istiod's webhook refuses
it. A policy that asks a provider cannot use what that one is not told. In paths only `{*}` and `{**}` stand for parts.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  action: DENY
  rules: [{ from: [{ source: {} }] }]",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  action: DENY
  rules: [{ from: [{ source: { notNamespaces: [shop] } }] }]",
    references: &["https://istio.io/latest/docs/reference/config/security/authorization-policy/#Rule", "https://istio.io/latest/docs/reference/config/security/authorization-policy/#AuthorizationPolicy-Action"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.AuthorizationPolicy",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Authorization)
}
