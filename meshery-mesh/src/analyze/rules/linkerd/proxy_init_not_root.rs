//! MSH440 `linkerd-proxy-init-not-root`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kinds::NODE;
use crate::analyze::linkerd::ControlPlane;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH440",
    name: "linkerd-proxy-init-not-root",
    summary: "Linkerd's init container does not run as root on a node with Docker, where it must",
    why: "
`linkerd-init` sets up iptables with capabilities of the kernel. Docker gives those to nobody but root, so that on its nodes no
pod with a proxy starts, unless `proxyInit.runAsRoot` is true or the CNI plugin does the work.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-config, namespace: linkerd }
data: { values: 'proxyInit: { runAsRoot: false }' }
---
apiVersion: v1
kind: Node
metadata: { name: one }
status: { nodeInfo: { containerRuntimeVersion: docker://20.10.7 } }",
    good: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-config, namespace: linkerd }
data: { values: 'proxyInit: { runAsRoot: true }' }
---
apiVersion: v1
kind: Node
metadata: { name: one }
status: { nodeInfo: { containerRuntimeVersion: docker://20.10.7 } }",
    references: &["https://linkerd.io/2/tasks/troubleshooting/#l5d-proxy-init-run-as-root"],
    aliases: &["l5d-proxy-init-run-as-root"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let plane = world.view::<ControlPlane>();
    let is_on = |path: &[&str]| plane.value(path).and_then(Node::as_bool).unwrap_or_default();
    let Some((config, _)) = &plane.values else { return Vec::new() };
    if is_on(&["proxyInit", "runAsRoot"]) || is_on(&["cniEnabled"]) {
        return Vec::new();
    }
    let runtime = ["status", "nodeInfo", "containerRuntimeVersion"];
    let nodes = world.of(NODE).iter().filter_map(|node| Some((node, node.root.at(&runtime)?)));
    let docker = nodes.filter(|(_, runtime)| runtime.as_str().is_some_and(|it| it.starts_with("docker:")));
    let findings = docker.map(|(node, runtime)| {
        let message = "the node runs Docker, and Linkerd's init container does not run as root";
        let finding = rule.finding(node, runtime.span, message).with_help("set proxyInit.runAsRoot to true");
        finding.with_related(config, config.head(), "how Linkerd is installed")
    });
    findings.collect()
}
