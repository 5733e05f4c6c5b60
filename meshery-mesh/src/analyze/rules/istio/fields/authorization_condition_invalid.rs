//! MSH235 `authorization-condition-invalid`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH235",
    name: "authorization-condition-invalid",
    category: Category::Security,
    summary: "A condition of an AuthorizationPolicy is about nothing that is known",
    why: "
Conditions are about attributes of a request or connection, some of which have a name in brackets. istiod's webhook refuses
a policy with any other.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  rules: [{ when: [{ key: request.header, values: [a] }] }]",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: reviews, namespace: shop }
spec:
  rules: [{ when: [{ key: 'request.headers[x-role]', values: [a] }] }]",
    references: &["https://istio.io/latest/docs/reference/config/security/conditions/"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.AuthorizationPolicy",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Condition)
}
