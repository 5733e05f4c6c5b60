//! MSH153 `pod-image-unresolved`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::auto_image;
use crate::analyze::kubernetes::each_workload;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH153",
    name: "pod-image-unresolved",
    summary: "A pod waits for an image of the name `auto`, for no injector has put in the proxy's",
    why: "
`image: auto` is a placeholder that the injector's webhook replaces when the pod is made. A pod that is there and still has it
was made while the webhook was not called: it never starts, and nothing but making it anew helps.

A pod in a file may still be injected. Unless it has a status, whether it will be is another rule's question.",
    bad: "
apiVersion: v1
kind: Pod
metadata: { name: ingress-1, namespace: ingress, labels: { app: ingress } }
spec: { containers: [{ name: istio-proxy, image: auto }] }
status: { phase: Pending }",
    good: "
apiVersion: v1
kind: Pod
metadata: { name: ingress-1, namespace: ingress, labels: { app: ingress } }
spec: { containers: [{ name: istio-proxy, image: 'istio/proxyv2:1.30.0' }] }
status: { phase: Running }",
    references: &["https://istio.io/latest/docs/setup/additional-setup/gateway/#deploying-a-gateway"],
    meshes: &["istio"],
    aliases: &["IST0147"],
    upstream: "injection.ImageAutoAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    each_workload(world, |pod| {
        let is_meant = pod.is_pod() && (compatible || (pod.is_live() && !pod.is_over()));
        let place = auto_image(pod, compatible).filter(|_| is_meant)?;
        let message = "no injector has put in the image, so that the pod never starts";
        let finding = rule.finding(&pod.object, place.span, message);
        Some(
            finding
                .with_help("have the labels of pod or namespace select the injector's webhook, and make the pod anew"),
        )
    })
}
