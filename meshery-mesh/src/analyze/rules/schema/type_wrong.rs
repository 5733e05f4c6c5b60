//! MSH902 `type-wrong`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::schema::ViolationKind;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH902",
    name: "type-wrong",
    summary: "A value is of another type than its field",
    why: "
The API server refuses the object. In YAML, `yes`, `1.10` and `0777` are no text unless they are in quotes.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { version: 1.10 } }
  template:
    metadata: { labels: { version: \"1.10\" } }
    spec: { containers: [{ name: reviews, image: reviews }] }",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { version: \"1.10\" } }
  template:
    metadata: { labels: { version: \"1.10\" } }
    spec: { containers: [{ name: reviews, image: reviews }] }",
    references: &[
        "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, ViolationKind::Type)
}
