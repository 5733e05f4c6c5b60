//! MSH804 `authz-no-default-deny`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Access, Openness};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH804",
    name: "authz-no-default-deny",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "Whoever is not denied is let in",
    why: "
A policy that is forgotten then opens a workload instead of closing it. The documentation of the meshes asks for the
opposite: deny by default, and allow each caller by name.

What an object says of a whole mesh or namespace is a warning at that object. What holds because nobody has said anything is
for your information, once for a mesh, and only if the policies of the mesh seem to be among the input.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: allow-nothing, namespace: istio-system }
spec: {}",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/security/#use-default-deny-patterns",
        "https://linkerd.io/2/features/server-policy/",
        "https://kuma.io/docs/latest/policies/meshtrafficpermission/",
        "https://developer.hashicorp.com/consul/docs/security/security-models/core",
    ],
    meshes: &["consul", "istio", "kuma", "linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let finding = |it: Access| {
        let finding = it.place.finding(rule, it.message).with_help(it.help);
        let finding = match it.openness {
            Openness::Default => finding.as_bad_as(Severity::Info),
            Openness::Said => finding,
        };
        it.others.iter().fold(finding, |finding, other| other.relate(finding, "is as open"))
    };
    Access::open(world).into_iter().map(finding).collect()
}
