//! MSH152 `proxy-image-not-injected`.

use meshery_core::Span;
use meshery_core::resource::Resource;
use meshery_core::world::Labels;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{INJECT, Membership, REVISION, Webhooks, auto_image};
use crate::analyze::kinds::DEPLOYMENT;
use crate::analyze::kubernetes::{Workload, each_workload};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH152",
    name: "proxy-image-not-injected",
    severity: Severity::Warning,
    summary: "A workload leaves the image of its proxy to the injector, which is not called for it",
    why: "
`image: auto` is a placeholder: the injector's webhook puts the real image in when the pod is made. Where the labels of
namespace and pod select no such webhook, the pod asks for an image of that name and never starts. For a gateway this is an
outage.

Where the input has no webhook at all, those that Istio installs are taken for there; of a namespace that it does not have,
nothing is said.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: ingress }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ingress, namespace: ingress }
spec:
  selector: { matchLabels: { app: ingress } }
  template:
    metadata: { labels: { app: ingress } }
    spec: { containers: [{ name: istio-proxy, image: auto }] }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks:
- name: namespace.sidecar-injector.istio.io
  namespaceSelector: { matchLabels: { istio-injection: enabled } }
- name: object.sidecar-injector.istio.io
  objectSelector: { matchLabels: { sidecar.istio.io/inject: 'true' } }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: ingress }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ingress, namespace: ingress }
spec:
  selector: { matchLabels: { app: ingress } }
  template:
    metadata: { labels: { app: ingress, sidecar.istio.io/inject: 'true' } }
    spec: { containers: [{ name: istio-proxy, image: auto }] }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks:
- name: namespace.sidecar-injector.istio.io
  namespaceSelector: { matchLabels: { istio-injection: enabled } }
- name: object.sidecar-injector.istio.io
  objectSelector: { matchLabels: { sidecar.istio.io/inject: 'true' } }",
    references: &["https://istio.io/latest/docs/setup/additional-setup/gateway/#deploying-a-gateway"],
    meshes: &["istio"],
    aliases: &["IST0146"],
    upstream: "injection.ImageAutoAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    each_workload(world, |workload| {
        let is_meant = if compatible { workload.object.kind() == DEPLOYMENT } else { !workload.is_live() };
        let place = auto_image(workload, compatible).filter(|_| is_meant)?;
        (is_injected(world, workload) == Some(false)).then(|| finding(&workload.object, place.span, rule))
    })
}

fn finding(object: &Resource, place: Span, rule: &RuleInfo) -> Finding {
    rule.finding(object, place, "no injector's webhook is called for its pods, so that this image stays as it is").with_help(
        "label the pods sidecar.istio.io/inject=\"true\", or their namespace istio-injection=enabled, or name the image",
    )
}

/// Whether the image is put in. `None` where the input does not tell.
fn is_injected(world: &World, workload: &Workload) -> Option<bool> {
    let (webhooks, membership) = (world.view::<Webhooks>(), world.view::<Membership>());
    let settings = world.settings();
    let namespace = membership.namespace(workload.namespace());
    if !settings.compatible && !settings.closed && webhooks.is_empty() {
        return as_installed(workload, namespace.map(|namespace| membership.injects(namespace)));
    }
    let labels = Labels::of(namespace.and_then(|namespace| namespace.root.at(&["metadata", "labels"])));
    if settings.compatible {
        return Some(webhooks.select(&labels, &workload.labels));
    }
    if namespace.is_none() && !settings.closed {
        return None;
    }
    // What the API server adds by itself.
    let named = Labels::from_iter([("kubernetes.io/metadata.name", workload.namespace())]);
    Some(webhooks.select(&labels.with(&named), &workload.labels))
}

/// As the webhooks decide that Istio installs.
fn as_installed(workload: &Workload, namespace: Option<bool>) -> Option<bool> {
    match workload.labels.get(INJECT) {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ if workload.labels.get(REVISION).is_some_and(|revision| !revision.is_empty()) => Some(true),
        _ => namespace,
    }
}
