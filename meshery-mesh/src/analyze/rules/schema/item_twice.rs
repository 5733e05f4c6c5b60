//! MSH906 `item-twice`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::schema::ViolationKind;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH906",
    name: "item-twice",
    summary: "Two items of a list are the same, and must be told apart",
    why: "
The API server refuses the object: the items of such a list are known by their keys, and a change of one of them would change
both.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec:
  gatewayClassName: istio
  listeners:
  - { name: http, port: 80, protocol: HTTP }
  - { name: http, port: 8080, protocol: HTTP }",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec:
  gatewayClassName: istio
  listeners:
  - { name: http, port: 80, protocol: HTTP }
  - { name: http-alternative, port: 8080, protocol: HTTP }",
    references: &["https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, ViolationKind::Twice)
}
