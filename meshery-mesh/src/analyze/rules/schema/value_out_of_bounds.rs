//! MSH905 `value-out-of-bounds`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::schema::ViolationKind;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH905",
    name: "value-out-of-bounds",
    summary: "A value is too small, too large, or not of the right form",
    why: "
The API server refuses the object. How many items and fields there may be counts as well, and so do forms such as durations
and ranges of addresses.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - fault: { abort: { httpStatus: 503, percentage: { value: 1 } } }
    route: [{ destination: { host: reviews, port: { number: 80 } } }]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: db, namespace: shop }
spec: { hosts: [], ports: [{ number: 5432, name: tcp, protocol: TCP }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - fault: { abort: { httpStatus: 503, percentage: { value: 1 } } }
    route: [{ destination: { host: reviews, port: { number: 80 } } }]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: db, namespace: shop }
spec: { hosts: [db.example.com], ports: [{ number: 5432, name: tcp, protocol: TCP }] }",
    references: &["https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, ViolationKind::OutOfBounds)
}
