//! MSH124 `rbac-removed`.

use std::sync::Arc;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Kind, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::DEFINITION;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH124",
    name: "rbac-removed",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "Access is governed by a kind that Istio has removed",
    why: "
Istio reads no object of the group `rbac.istio.io` any more, since release 1.6: what a ServiceRole, ServiceRoleBinding
or ClusterRbacConfig forbids is open. As long as the definition of such a kind is installed, the API server takes its
objects without a word. AuthorizationPolicy does what they did.

The definition is pointed out, and each object of these kinds.",
    bad: "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: serviceroles.rbac.istio.io }
spec:
  group: rbac.istio.io
  names: { kind: ServiceRole, plural: serviceroles }",
    good: "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: authorizationpolicies.security.istio.io }
spec:
  group: security.istio.io
  names: { kind: AuthorizationPolicy, plural: authorizationpolicies }",
    references: &[
        "https://istio.io/latest/news/releases/1.6.x/announcing-1.6/upgrade-notes/",
        "https://istio.io/latest/docs/reference/config/security/authorization-policy/",
    ],
    meshes: &["istio"],
    aliases: &["IST0002"],
    upstream: "deprecation.DeprecationAnalyzer",
    run,
    ..Rule::NEW
};

const GROUP: &str = "rbac.istio.io";
const KINDS: [&str; 4] = ["ClusterRbacConfig", "RbacConfig", "ServiceRole", "ServiceRoleBinding"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    // istioctl means to report the definitions, but reads none of them right from a file.
    if world.settings().compatible {
        return Vec::new();
    }
    let definitions = world.of(DEFINITION).iter().filter(|definition| is_removed(definition));
    let objects = KINDS.iter().flat_map(|kind| world.of(Kind::new(GROUP, kind)));
    definitions.chain(objects).map(|object| finding(object, rule)).collect()
}

fn is_removed(definition: &Resource) -> bool {
    let kind = definition.text(&["spec", "names", "kind"]).unwrap_or_default();
    definition.text(&["spec", "group"]) == Some(GROUP) && KINDS.contains(&kind)
}

fn finding(object: &Arc<Resource>, rule: &RuleInfo) -> Finding {
    let kind = object.text(&["spec", "names", "kind"]).unwrap_or(&object.kind);
    let message = format!("Istio has removed {kind}.{GROUP} and enforces nothing that it says");
    let place = object.root.at(&["spec", "group"]).map_or_else(|| object.head(), |group| group.span);
    rule.finding(object, place, message).with_help("say it by an AuthorizationPolicy, and take this away")
}
