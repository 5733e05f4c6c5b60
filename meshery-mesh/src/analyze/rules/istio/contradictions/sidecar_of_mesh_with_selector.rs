//! MSH269 `sidecar-of-mesh-with-selector`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::MeshConfig;
use crate::analyze::kinds::SIDECAR;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH269",
    name: "sidecar-of-mesh-with-selector",
    severity: Severity::Warning,
    summary: "A Sidecar of the root namespace selects workloads, and is for none outside that namespace",
    why: "
A Sidecar in the root namespace is the default of every namespace that has none of its own, if it selects no workloads.
With a `workloadSelector` it is for workloads of the root namespace only, as it would be in any other.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: istio-system }
spec: { workloadSelector: { labels: { app: reviews } }, egress: [{ hosts: ['./*'] }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: istio-system }
spec: { egress: [{ hosts: ['./*'] }] }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/sidecar/",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1006"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let config = world.view::<MeshConfig>();
    let findings = world.within(SIDECAR, config.root_namespace()).iter().filter_map(|sidecar| {
        let selector = sidecar.root.at(&["spec", "workloadSelector"])?;
        selector.get("labels").filter(|labels: &&Node| !labels.is_empty())?;
        let message = "a Sidecar that selects workloads is no default for the mesh";
        let help = "take the selector away, or move the Sidecar to the namespace of the workloads";
        Some(rule.finding(sidecar, selector.span, message).with_help(help))
    });
    findings.collect()
}
