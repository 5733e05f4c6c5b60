//! MSH446 `linkerd-mirror-orphaned`.

use std::collections::BTreeSet;

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::kinds::SERVICE;
use crate::analyze::linkerd::kinds::LINK;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH446",
    name: "linkerd-mirror-orphaned",
    severity: Severity::Warning,
    summary: "A Service mirrors one of another cluster to which there is no Link",
    why: "
The service mirror keeps such a Service up to date as long as there is a Link to its cluster. Without the Link nobody does: its
endpoints stay what they were, whatever becomes of the other cluster.",
    bad: "
apiVersion: v1
kind: Service
metadata:
  name: reviews-west
  labels: { mirror.linkerd.io/mirrored-service: 'true', mirror.linkerd.io/cluster-name: west }
---
apiVersion: multicluster.linkerd.io/v1alpha3
kind: Link
metadata: { name: east, namespace: linkerd-multicluster }
spec: { targetClusterName: east }",
    good: "
apiVersion: v1
kind: Service
metadata:
  name: reviews-west
  labels: { mirror.linkerd.io/mirrored-service: 'true', mirror.linkerd.io/cluster-name: west }
---
apiVersion: multicluster.linkerd.io/v1alpha3
kind: Link
metadata: { name: west, namespace: linkerd-multicluster }
spec: { targetClusterName: west }",
    references: &["https://linkerd.io/2/tasks/troubleshooting/#l5d-multicluster-orphaned-services"],
    aliases: &["l5d-multicluster-orphaned-services"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let linked: BTreeSet<&str> =
        world.of(LINK).iter().filter_map(|link| link.text(&["spec", "targetClusterName"])).collect();
    let mirrors = world.of(SERVICE).iter().filter(|it| it.label("mirror.linkerd.io/mirrored-service") == Some("true"));
    let findings = mirrors.filter_map(|service| {
        let node = service.root.at(&["metadata", "labels", "mirror.linkerd.io/cluster-name"])?;
        let cluster = node.as_str().filter(|cluster| !cluster.is_empty() && !linked.contains(cluster))?;
        let finding = rule.finding(service, node.span, format!("there is no Link to the cluster {cluster:?}"));
        let finding = match nearest(cluster, linked.iter().copied()) {
            Some(near) => {
                finding.with_help(format!("did you mean {near:?}? Otherwise link the cluster, or delete the Service"))
            }
            None => finding.with_help("link the cluster, or delete the Service"),
        };
        of_missing(world, !linked.is_empty(), finding, "there is no other Link outside the input")
    });
    findings.collect()
}
