//! MSH901 `field-unknown`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::schema::ViolationKind;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH901",
    name: "field-unknown",
    summary: "An object has a field that its kind does not have",
    why: "
The API server drops the field, or refuses the object where it validates strictly, as `kubectl apply` asks it to. What the
field was to do is not done. What is near it, or has such a field inside, is named.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - timout: 5s
    route: [{ destination: { host: reviews } }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
  - timeout: 5s
    route: [{ destination: { host: reviews } }]",
    references: &["https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, ViolationKind::Unknown)
}
