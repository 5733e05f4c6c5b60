//! MSH907 `choice-broken`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::schema::ViolationKind;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH907",
    name: "choice-broken",
    summary: "Alternatives are there that exclude each other, or none of them",
    why: "
The API server refuses the object: of these fields exactly one, or at most one, can be meant.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - match: [{ uri: { exact: /a, prefix: /b } }]
    route: [{ destination: { host: reviews } }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - match: [{ uri: { exact: /a } }, { uri: { prefix: /b } }]
    route: [{ destination: { host: reviews } }]",
    references: &[
        "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, ViolationKind::Choice)
}
