//! MSH148 `pod-without-sidecar`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{DATAPLANE, INJECT, Membership, PROXY, ROOT_NAMESPACE};
use crate::analyze::kubernetes::{Workload, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH148",
    name: "pod-without-sidecar",
    severity: Severity::Warning,
    summary: "A pod has no sidecar, though its namespace says that it gets one",
    why: "
Sidecars are put in when a pod is made. One that was made before its namespace was labelled, or while the injector did not
answer, runs without: its traffic is plain text, clients that demand mutual TLS cannot talk to it, and no policy of the
mesh holds for it.

Only pods that are there can lack a sidecar. A pod in a file gets its own when it is made, so it is passed over unless it has
a status; so is one that has ended, uses its node's network, or says that it wants none.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop }
spec: { containers: [{ name: app, image: reviews }] }
status: { phase: Running }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop }
spec: { containers: [{ name: app, image: reviews }, { name: istio-proxy, image: 'istio/proxyv2:1.30.0' }] }
status: { phase: Running }",
    references: &["https://istio.io/latest/docs/ops/common-problems/injection/"],
    meshes: &["istio"],
    aliases: &["IST0103"],
    upstream: "injection.Analyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (workloads, membership) = (world.view::<Workloads>(), world.view::<Membership>());
    let compatible = world.settings().compatible;
    let bare = workloads.pods().filter(|pod| expects(pod, &membership, compatible) && !has_proxy(pod));
    let report = |pod: &Workload| {
        let place = pod.pod.at(&["spec", "containers"]).map_or_else(|| pod.object.head(), |list| list.span);
        rule.finding(&pod.object, place, format!("it has no container {PROXY}, though its namespace says it gets one"))
            .with_help("make the pod anew; if it has no sidecar then either, look at what the injector's webhook says")
    };
    bare.map(report).collect()
}

/// Whether a pod should have a sidecar.
fn expects(pod: &Workload, membership: &Membership, compatible: bool) -> bool {
    let Some(namespace) = membership.namespace(pod.namespace()).filter(|namespace| membership.injects(namespace))
    else {
        return false;
    };
    let on_host = pod.pod.at(&["spec", "hostNetwork"]).and_then(Node::as_bool) == Some(true);
    let says = pod.labels.get(INJECT).or_else(|| pod.annotation(INJECT));
    if on_host || says.is_some_and(|value| value.eq_ignore_ascii_case("false")) {
        return false;
    }
    if compatible {
        let ambient = namespace.label(DATAPLANE) == Some("ambient");
        return pod.object.namespace.is_some() && !ambient && *namespace.name != *ROOT_NAMESPACE;
    }
    pod.is_live() && !pod.is_over() && !membership.has_node_proxy(pod)
}

fn has_proxy(pod: &Workload) -> bool {
    let image = pod.container(PROXY).and_then(|container| container.get("image")).and_then(Node::as_str);
    image.is_some_and(|image| !image.is_empty())
}
