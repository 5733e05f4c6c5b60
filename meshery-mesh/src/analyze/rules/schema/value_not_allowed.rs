//! MSH904 `value-not-allowed`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::schema::ViolationKind;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH904",
    name: "value-not-allowed",
    summary: "A value is not among those that its field allows",
    why: "
The API server refuses the object. Names are told apart by case.",
    bad: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: Strict } }",
    good: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }",
    references: &[
        "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, ViolationKind::NotAllowed)
}
