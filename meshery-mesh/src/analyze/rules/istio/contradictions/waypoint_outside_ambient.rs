//! MSH285 `waypoint-outside-ambient`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use super::is_made;
use crate::analyze::Rule;
use crate::analyze::istio::{DATAPLANE, Membership, USE_WAYPOINT, waypoint};
use crate::analyze::kinds::NAMESPACE;
use crate::analyze::kubernetes::{Workload, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH285",
    name: "waypoint-outside-ambient",
    severity: Severity::Warning,
    summary: "Workloads name a waypoint, and are not in ambient mode",
    why: "
It is the node's proxy that sends traffic to a waypoint, and it carries only the traffic of namespaces and pods that
are labelled `istio.io/dataplane-mode: ambient`. Without that label `istio.io/use-waypoint` does nothing for what the
workloads call, and policies at the waypoint do not protect them from callers outside ambient mode.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews, istio.io/use-waypoint: waypoint } } } }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews, istio.io/use-waypoint: waypoint } } } }",
    references: &[
        "https://istio.io/latest/docs/ambient/usage/waypoint/",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1312"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (workloads, membership) = (world.view::<Workloads>(), world.view::<Membership>());
    let help = format!("label the namespace {DATAPLANE}=ambient, or take {USE_WAYPOINT} away");
    let is_outside = |workload: &Workload| {
        let is_known = workload.labels.get(DATAPLANE).is_some() || membership.namespace(workload.namespace()).is_some();
        is_known && !membership.has_node_proxy(workload)
    };
    let own = workloads.iter().filter(|workload| !is_made(&workload.object) && is_outside(workload));
    let own = own.filter_map(|workload| {
        let labels = workload.pod.at(&["metadata", "labels"]);
        waypoint(labels)?;
        let node = labels?.get(USE_WAYPOINT)?;
        let message = "the workload names a waypoint, and is not in ambient mode";
        Some(rule.finding(&workload.object, node.span, message).with_help(help.clone()))
    });
    let mut findings: Vec<Finding> = own.collect();
    let namespaces = world.of(NAMESPACE).iter().filter_map(|namespace| {
        let labels = namespace.root.at(&["metadata", "labels"]);
        waypoint(labels)?;
        let node = labels?.get(USE_WAYPOINT)?;
        let inhabitants = workloads.within(&namespace.name);
        if inhabitants.is_empty() || !inhabitants.iter().all(is_outside) {
            return None;
        }
        let message = "the namespace names a waypoint, and none of its workloads is in ambient mode";
        Some(rule.finding(namespace, node.span, message).with_help(help.clone()))
    });
    findings.extend(namespaces);
    findings
}
