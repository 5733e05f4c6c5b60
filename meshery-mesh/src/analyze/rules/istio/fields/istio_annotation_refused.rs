//! MSH222 `istio-annotation-refused`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH222",
    name: "istio-annotation-refused",
    summary: "An annotation is one that istiod refuses there",
    why: "
Only AuthorizationPolicies that allow or deny can be tried without effect; `istio.io/dry-run` on other objects would be
taken for what it is not. Annotations that istiod writes itself give rights, so it takes them from nobody else.",
    bad: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: reviews, namespace: shop, annotations: { istio.io/dry-run: 'true' } }
spec:
  mtls: { mode: STRICT }",
    good: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: reviews, namespace: shop }
spec:
  mtls: { mode: PERMISSIVE }",
    references: &[
        "https://istio.io/latest/docs/reference/config/annotations/",
        "https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/",
    ],
    meshes: &["istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Annotation)
}
