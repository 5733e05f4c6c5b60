//! MSH275 `selector-matches-nothing`.

use meshery_core::resource::{Kind, Node};
use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::istio::{Endpoints, MeshConfig, Selecting, selecting, without_workloads};
use crate::analyze::kinds::{ENVOY_FILTER, PEER_AUTHENTICATION, PROXY_CONFIG, REQUEST_AUTHENTICATION, WASM_PLUGIN};
use crate::analyze::kubernetes::Workloads;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH275",
    name: "selector-matches-nothing",
    severity: Severity::Warning,
    summary: "An object of Istio's is for workloads that do not exist",
    why: "
A PeerAuthentication, RequestAuthentication, EnvoyFilter, WasmPlugin or ProxyConfig with a selector is for the
workloads of its namespace that have all the labels; in the root namespace, but for PeerAuthentications, for those of
any namespace. If there is none the object does nothing, and what it should protect or change is as it was. Sidecars,
Telemetries and AuthorizationPolicies have rules of their own.",
    bad: "
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: review } } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews, namespace: shop, labels: { app: reviews } }",
    good: "
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews, namespace: shop, labels: { app: reviews } }",
    references: &[
        "https://istio.io/latest/docs/reference/config/type/workload-selector/",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0004"],
    run,
    ..Rule::NEW
};

/// Where each kind selects.
const SELECTORS: [(Kind<'static>, &[&str]); 5] = [
    (ENVOY_FILTER, &["spec", "workloadSelector", "labels"]),
    (PEER_AUTHENTICATION, &["spec", "selector", "matchLabels"]),
    (PROXY_CONFIG, &["spec", "selector", "matchLabels"]),
    (REQUEST_AUTHENTICATION, &["spec", "selector", "matchLabels"]),
    (WASM_PLUGIN, &["spec", "selector", "matchLabels"]),
];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let config = world.view::<MeshConfig>();
    let mut findings = Vec::new();
    for (kind, path) in SELECTORS {
        let is_of_mesh = |it: &Selecting<'_>| {
            kind != PEER_AUTHENTICATION && it.object.namespace_or_default() == config.root_namespace()
        };
        let (of_mesh, own): (Vec<_>, Vec<_>) = selecting(world, kind, path).into_iter().partition(is_of_mesh);
        findings.extend(without_workloads(world, rule, &own));
        findings.extend(of_mesh.iter().filter_map(|it| nowhere(world, rule, it)));
    }
    findings
}

/// Of one that is for workloads of any namespace.
fn nowhere(world: &World, rule: &RuleInfo, it: &Selecting<'_>) -> Option<Finding> {
    let (workloads, endpoints) = (world.view::<Workloads>(), world.view::<Endpoints>());
    let selector = Selector::of_map(it.labels as &Node);
    if endpoints.has_anywhere(&selector.equal) || workloads.selected_anywhere(&selector).next().is_some() {
        return None;
    }
    let finding = rule.finding(it.object, it.labels.span, "no workload of the mesh has these labels");
    let finding = finding.with_help("correct the labels, or delete the object that is for nothing");
    of_missing(
        world,
        workloads.iter().next().is_some(),
        finding,
        "the mesh has no other workloads than those of the input",
    )
}
