//! MSH849 `proxy-resources-unset`.

use meshery_core::analyzer::Category;
use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kubernetes::{Workload, each_workload};
use crate::analyze::neutral::{Injected, Mesh};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH849",
    name: "proxy-resources-unset",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "A sidecar asks for no CPU or memory",
    why: "
A proxy without requests is scheduled as if it took nothing, and is the first that a node in want of memory ends, with all
traffic of its pod. An autoscaler that counts by utilisation cannot count a pod of which one container requests nothing.",
    bad: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  template:
    metadata: { labels: { app: orders } }
    spec: { containers: [{ name: orders, image: orders }, { name: linkerd-proxy, image: proxy }] }",
    good: "
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  template:
    metadata: { labels: { app: orders } }
    spec:
      containers:
      - { name: orders, image: orders }
      - { name: linkerd-proxy, image: proxy, resources: { requests: { cpu: 100m, memory: 20Mi } } }",
    references: &[
        "https://linkerd.io/2/tasks/configuring-proxy-concurrency/",
        "https://istio.io/latest/docs/ops/deployment/performance-and-scalability/",
        "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    ],
    meshes: &["consul", "istio", "kuma", "linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_workload(world, |workload| {
        let proxies = Injected::proxies(workload).filter(|_| !workload.is_live());
        proxies.filter_map(|(mesh, proxy)| check(rule, workload, mesh, proxy)).collect::<Vec<_>>()
    })
}

fn check(rule: &RuleInfo, workload: &Workload, mesh: Mesh, proxy: &Node) -> Option<Finding> {
    let said = |what: &str, of: &str| proxy.at(&["resources", what, of]).is_some_and(|it| !it.is_empty());
    // A limit stands for a request that is not said.
    let lacks = |of: &&str| !said("requests", of) && !said("limits", of);
    // The injector fills in an image that is left to it, and with it the rest.
    proxy.get("image").and_then(Node::as_str).filter(|image| !image.is_empty() && *image != "auto")?;
    let lacking = ["cpu", "memory"].into_iter().find(lacks)?;
    let place = proxy.get("resources").or_else(|| proxy.get("name")).unwrap_or(proxy);
    let message = format!("the proxy of {mesh} asks for no {lacking}");
    let finding = rule.finding(&workload.object, place.span, message);
    Some(finding.with_help("set requests of CPU and memory for the proxy"))
}
