//! MSH908 `rule-broken`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::schema::ViolationKind;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH908",
    name: "rule-broken",
    summary: "A rule of the definition, in CEL, does not hold",
    why: "
Beyond types and patterns a definition can hold rules over several fields, written in CEL. The API server evaluates them
before it takes the object, and refuses one for which a rule is false or cannot be evaluated. They are evaluated here with
the defaults filled in, as there. A rule that compares an object with what it was before is not asked.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  rules:
  - filters: [{ type: RequestRedirect }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: reviews, namespace: shop }
spec:
  rules:
  - filters: [{ type: RequestRedirect, requestRedirect: { scheme: https } }]",
    references: &[
        "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules",
        "https://kubernetes.io/docs/reference/using-api/cel/",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, ViolationKind::Rule)
}
