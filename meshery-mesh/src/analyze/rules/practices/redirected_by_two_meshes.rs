//! MSH851 `redirected-by-two-meshes`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kubernetes::each_workload;
use crate::analyze::neutral::{ControlPlanes, Injected, Mesh};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH851",
    name: "redirected-by-two-meshes",
    summary: "Two meshes redirect the traffic of one pod",
    why: "
A pod that holds the init containers or proxies of two meshes has two sets of redirection rules. Each proxy takes what the
other sends for the program's traffic: connections go round between them until they time out.

Plugins of two meshes on the nodes may be meant, while one is replaced by the other. They are told of, as worth knowing: each
has to be kept from the pods of the other.",
    bad: "
apiVersion: v1
kind: Pod
metadata: { name: orders, namespace: shop }
spec:
  initContainers: [{ name: istio-init, image: proxyv2 }, { name: linkerd-init, image: proxy-init }]
  containers: [{ name: orders, image: orders }]",
    good: "
apiVersion: v1
kind: Pod
metadata: { name: orders, namespace: shop }
spec:
  initContainers: [{ name: linkerd-init, image: proxy-init }]
  containers: [{ name: orders, image: orders }, { name: linkerd-proxy, image: proxy }]",
    references: &[
        "https://istio.io/latest/docs/setup/additional-setup/cni/",
        "https://linkerd.io/2/features/cni/",
        "https://kuma.io/docs/latest/networking/transparent-proxying/",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = each_workload(world, |workload| {
        let marks = Injected::redirected(workload);
        let [first, second, ..] = marks.as_slice() else { return None };
        let message = format!("both {} and {} redirect its traffic", first.mesh, second.mesh);
        let finding = rule.finding(&second.object, second.place, message).with_help("leave one of them out");
        Some(finding.with_related(&first.object, first.place, format!("is of {}", first.mesh)))
    });
    let mut plugins: Vec<(Mesh, _)> = ControlPlanes::redirecting(world);
    plugins.sort_by_key(|(mesh, _)| *mesh);
    plugins.dedup_by_key(|(mesh, _)| *mesh);
    if let [(one, first), (other, second), ..] = plugins.as_slice() {
        let message = format!("the plugins of both {one} and {other} redirect traffic on the nodes");
        let finding = rule.finding(second, second.head(), message).as_bad_as(Severity::Info);
        let finding = finding.with_help("keep each of them from the namespaces of the other mesh");
        findings.push(finding.with_related(first, first.head(), format!("the plugin of {one}")));
    }
    findings
}
