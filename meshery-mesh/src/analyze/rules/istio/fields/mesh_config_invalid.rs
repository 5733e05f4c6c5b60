//! MSH239 `mesh-config-invalid`.

use meshery_core::{Finding, RuleInfo, World};

use super::found;
use crate::analyze::Rule;
use crate::analyze::istio::fields::Idea;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH239",
    name: "mesh-config-invalid",
    summary: "The configuration of the mesh has a value that istiod does not take",
    why: "
istiod goes on with the configuration that it had, or with the default one, where it cannot use what it is told. It says so
in its log only.",
    bad: "
# mesh config
trustDomain: example_mesh",
    good: "
# mesh config
trustDomain: example-mesh",
    references: &["https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig"],
    meshes: &["istio"],
    aliases: &["IST0106"],
    upstream: "schema.ValidationAnalyzer.MeshConfig",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    found(world, rule, Idea::Mesh)
}
