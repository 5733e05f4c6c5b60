//! MSH151 `sidecar-image-outdated`.

use std::collections::BTreeMap;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{INJECTION, ImageTypes, Injector, Injectors, Membership, PROXY, REVISION};
use crate::analyze::kubernetes::{Workload, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH151",
    name: "sidecar-image-outdated",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "A pod runs another sidecar than the one that the injector would give it",
    why: "
An upgrade of the control plane leaves the sidecars as they are until their pods are made anew. Until then they lack what
the new release mends, and a control plane supports only the two releases before its own.

Compared are the name and the tag: not the registry, from which a mirror may serve the same, nor the variant, such as
`distroless`. An image by digest alone says neither. Only pods that are there count; those that choose their image by the
annotation `sidecar.istio.io/proxyImage` are meant to differ.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop }
spec: { containers: [{ name: app, image: reviews }, { name: istio-proxy, image: 'docker.io/istio/proxyv2:1.28.1' }] }
status: { phase: Running }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio-sidecar-injector, namespace: istio-system }
data: { values: '{\"global\": {\"hub\": \"docker.io/istio\", \"tag\": \"1.30.0\", \"proxy\": {\"image\": \"proxyv2\"}}}' }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews-1, namespace: shop }
spec: { containers: [{ name: app, image: reviews }, { name: istio-proxy, image: 'mirror.local/proxyv2:1.30.0-distroless' }] }
status: { phase: Running }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: istio-sidecar-injector, namespace: istio-system }
data: { values: '{\"global\": {\"hub\": \"docker.io/istio\", \"tag\": \"1.30.0\", \"proxy\": {\"image\": \"proxyv2\"}}}' }",
    references: &[
        "https://istio.io/latest/docs/setup/upgrade/in-place/",
        "https://istio.io/latest/docs/releases/supported-releases/#control-planedata-plane-skew",
    ],
    meshes: &["istio"],
    aliases: &["IST0158"],
    upstream: "injection.ImageAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (workloads, membership) = (world.view::<Workloads>(), world.view::<Membership>());
    let (injectors, types) = (world.view::<Injectors>(), world.view::<ImageTypes>());
    let compatible = world.settings().compatible;
    let mut findings = Vec::new();
    // istioctl tells it of the namespace.
    let mut namespaces: BTreeMap<&str, (&Resource, Vec<&str>)> = BTreeMap::new();
    for pod in workloads.pods() {
        let Some(namespace) = membership.namespace(pod.namespace()) else { continue };
        let Some(injector) = revision(namespace).and_then(|revision| injectors.of_revision(revision)) else { continue };
        if pod.annotation("sidecar.istio.io/proxyImage").is_some_and(|image| !image.is_empty()) {
            continue;
        }
        if !compatible {
            findings.extend(old(pod, injector).map(|image| report(pod, image, injector, rule)));
        } else if pod.object.namespace.is_some() && differs(pod, injector, &types) {
            namespaces.entry(&namespace.name).or_insert_with(|| (namespace, Vec::new())).1.push(&pod.object.name);
        }
    }
    findings.extend(namespaces.into_values().map(|(namespace, pods)| {
        let message = format!("pods run another sidecar than the injector would give them: {}", pods.join(", "));
        rule.finding(namespace, namespace.head(), message).with_help("make the pods anew")
    }));
    findings
}

/// Of which revision the sidecars of a namespace are, if it has any.
fn revision(namespace: &Resource) -> Option<&str> {
    let enabled = || (namespace.label(INJECTION) == Some("enabled")).then_some("default");
    namespace.label(REVISION).or_else(enabled)
}

fn proxies(pod: &Workload) -> impl Iterator<Item = (&str, &Node)> {
    let all = pod.containers().iter().chain(pod.init_containers());
    let proxies = all.filter(|container| container.get("name").and_then(Node::as_str) == Some(PROXY));
    proxies.map(|container| {
        let image = container.get("image").unwrap_or(container);
        (image.as_str().unwrap_or_default(), image)
    })
}

/// Whether the text of a sidecar's image is another one, as istioctl compares it.
fn differs(pod: &Workload, injector: &Injector, types: &ImageTypes) -> bool {
    let wanted = &injector.image;
    let variant = format!("{wanted}-{}", types.of(pod));
    proxies(pod).any(|(image, _)| *image != **wanted && *image != *variant)
}

/// The image of a sidecar that is really another one.
fn old<'a>(pod: &'a Workload, injector: &Injector) -> Option<&'a Node> {
    if !pod.is_live() || pod.is_over() || injector.image.is_empty() {
        return None;
    }
    let (name, wanted) = name_and_tag(&injector.image)?;
    let mut found = proxies(pod).filter_map(|(image, node)| Some((name_and_tag(image)?, node)));
    found
        .find(|((other, tag), _)| *other != name || without_variant(tag) != without_variant(wanted))
        .map(|(_, node)| node)
}

/// What the image is called in its registry, and its tag. `None` for one that has no tag.
fn name_and_tag(image: &str) -> Option<(&str, &str)> {
    let tagged = image.split_once('@').map_or(image, |(tagged, _)| tagged);
    let (_, last) = tagged.rsplit_once('/').unwrap_or(("", tagged));
    last.split_once(':')
}

fn without_variant(tag: &str) -> &str {
    let cut = ["-distroless", "-debug", "-default"].into_iter().find_map(|variant| tag.strip_suffix(variant));
    cut.unwrap_or(tag)
}

fn report(pod: &Workload, image: &Node, injector: &Injector, rule: &RuleInfo) -> Finding {
    let text = image.as_str().unwrap_or_default();
    let message = format!("its sidecar is {text:?}, and the injector would give it {:?}", injector.image);
    let finding =
        rule.finding(&pod.object, image.span, message).with_help("make the pod anew, as by a rollout's restart");
    finding.with_related(&injector.object, injector.object.head(), "what the injector is told")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_compared_by_name_and_tag() {
        assert_eq!(name_and_tag("localhost:5000/istio/proxyv2:1.30.0"), Some(("proxyv2", "1.30.0")));
        assert_eq!(name_and_tag("a/proxyv2:1.30.0@sha256:00"), Some(("proxyv2", "1.30.0")));
        assert_eq!(name_and_tag("localhost:5000/proxyv2@sha256:00"), None);
        assert_eq!(without_variant("1.30.0-distroless"), without_variant("1.30.0"));
        assert_ne!(without_variant("1.30.0-rc.1"), without_variant("1.30.0"));
    }
}
