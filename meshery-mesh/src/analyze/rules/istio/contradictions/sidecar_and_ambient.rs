//! MSH283 `sidecar-and-ambient`.

use meshery_core::resource::Node;
use meshery_core::{Finding, Resource, RuleInfo, World};

use super::{is_gateway, is_made};
use crate::analyze::Rule;
use crate::analyze::istio::{DATAPLANE, INJECT, INJECTION, Membership, PROXY, REDIRECTED, REVISION};
use crate::analyze::kubernetes::{Workload, each_workload};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH283",
    name: "sidecar-and-ambient",
    summary: "A workload is to have a sidecar, and to have its traffic carried by the node's proxy as well",
    why: "
A workload is in the mesh by a sidecar or by ambient mode, never by both. Where labels ask for both the sidecar is
injected, and the node's proxy leaves the pod alone, so that policies and waypoints that were written for ambient mode
are not for it. What each namespace and pod asks for is told by `istio-injection`, `istio.io/rev` and
`sidecar.istio.io/inject` on the one hand, and by `istio.io/dataplane-mode` on the other. Gateways are left out.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews, sidecar.istio.io/inject: 'true' } } } }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata: { labels: { app: reviews, sidecar.istio.io/inject: 'true', istio.io/dataplane-mode: none } }",
    references: &[
        "https://istio.io/latest/docs/ambient/usage/add-workloads/",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1311", "KIA1314", "KIA1315", "KIA1316"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let membership = world.view::<Membership>();
    let is_candidate = |workload: &Workload| !is_made(&workload.object) && !is_gateway(workload);
    each_workload(world, |workload| is_candidate(workload).then(|| check(rule, &membership, workload)).flatten())
}

fn check(rule: &RuleInfo, membership: &Membership, workload: &Workload) -> Option<Finding> {
    let namespace = membership.namespace(workload.namespace()).map(|namespace| &**namespace);
    let of_namespace = |label: &str| namespace.and_then(|namespace| namespace.label(label));
    let mode = workload.labels.get(DATAPLANE).or_else(|| of_namespace(DATAPLANE));
    let is_ambient = mode == Some("ambient");
    let is_redirected = workload.annotation(REDIRECTED) == Some("enabled");
    let has_container = workload.container(PROXY).is_some();
    if !(is_ambient || is_redirected) || !(has_container || wants_sidecar(workload, namespace)) {
        return None;
    }
    let sidecar = if has_container { "it has a sidecar" } else { "it is to have a sidecar" };
    let ambient =
        if is_ambient { "its labels ask for ambient mode, too" } else { "the node's proxy carries its traffic" };
    let labels = workload.pod.at(&["metadata", "labels"]);
    let own = [INJECT, REVISION, DATAPLANE].iter().find_map(|label| labels?.get(label));
    let span = own.map_or_else(|| workload.object.head(), |node: &Node| node.span);
    let help = format!("label it {DATAPLANE}=none to keep the sidecar, or {INJECT}=false to be in ambient mode");
    let finding = rule.finding(&workload.object, span, format!("{sidecar}, and {ambient}")).with_help(help);
    Some(match namespace {
        Some(namespace) => finding.with_related(namespace, namespace.head(), "its namespace"),
        None => finding,
    })
}

/// Whether labels ask for a sidecar.
fn wants_sidecar(workload: &Workload, namespace: Option<&Resource>) -> bool {
    let of_namespace = |label: &str| namespace.and_then(|namespace| namespace.label(label));
    if let Some(told) = workload.labels.get(INJECT).or_else(|| workload.annotation(INJECT)) {
        return told == "true" && of_namespace(INJECTION) != Some("disabled");
    }
    let is_named = |revision: Option<&str>| revision.is_some_and(|revision| !revision.is_empty());
    match of_namespace(INJECTION) {
        Some(told) => told == "enabled",
        None => is_named(of_namespace(REVISION)) || is_named(workload.labels.get(REVISION)),
    }
}
