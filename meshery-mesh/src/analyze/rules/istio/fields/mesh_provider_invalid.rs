//! MSH240 `mesh-provider-invalid`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH240",
    name: "mesh-provider-invalid",
    severity: Severity::Warning,
    summary: "A provider of the mesh cannot be used",
    why: "
istiod says so in its log, and goes on. Policies that name the provider then have no effect, or deny every request.",
    bad: "
# mesh config
extensionProviders: [{ name: ext, envoyExtAuthzGrpc: { service: ext-authz.shop.svc.cluster.local } }]",
    good: "
# mesh config
extensionProviders: [{ name: ext, envoyExtAuthzGrpc: { service: ext-authz.shop.svc.cluster.local, port: 9000 } }]",
    references: &["https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider"],
    meshes: &["istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Provider)
}
