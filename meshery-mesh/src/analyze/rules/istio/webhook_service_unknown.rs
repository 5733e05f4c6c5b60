//! MSH182 `injection-webhook-service-unknown`.

use meshery_core::resource::{Node, Value};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::istio::{find_named, injecting_webhooks};
use crate::analyze::kinds::SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH182",
    name: "injection-webhook-service-unknown",
    summary: "A webhook that injects the sidecar is served by a Service that does not exist",
    why: "
The API server calls the webhook for every pod that it matches. When nobody is there, the pod is refused or, where the
webhook may fail, comes up without a sidecar: outside the mesh, in plain text, past every policy. Such a webhook is often
left over from a control plane that was removed.

A webhook that is called by a URL has no Service.",
    bad: "
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks:
- name: sidecar-injector.istio.io
  clientConfig: { service: { name: istiod-old, namespace: istio-system } }
  namespaceSelector: { matchLabels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Service
metadata: { name: istiod, namespace: istio-system }",
    good: "
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector }
webhooks:
- name: sidecar-injector.istio.io
  clientConfig: { service: { name: istiod, namespace: istio-system } }
  namespaceSelector: { matchLabels: { istio-injection: enabled } }
---
apiVersion: v1
kind: Service
metadata: { name: istiod, namespace: istio-system }",
    references: &[
        "https://istio.io/latest/docs/ops/common-problems/injection/",
        "https://istio.io/latest/docs/reference/config/analysis/ist0139/",
    ],
    meshes: &["istio"],
    aliases: &["IST0139"],
    upstream: "webhook.Analyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let findings = injecting_webhooks(world).into_iter().filter_map(|injector| {
        let service = injector.webhook.at(&["clientConfig", "service"]).filter(|it| it.value != Value::Null)?;
        let text = |key: &str| service.get(key).and_then(Node::as_str).unwrap_or_default();
        let (namespace, name) = (text("namespace"), text("name"));
        if find_named(world, SERVICE, (namespace, name)).is_some() {
            return None;
        }
        let place = service.get("name").unwrap_or(service);
        let message = format!("namespace {namespace:?} has no Service {name:?} that could serve this webhook");
        let finding = rule.finding(injector.object, place.span, message);
        let finding =
            finding.with_help("name the Service of the control plane, or delete the webhook of one that is gone");
        let assumed = format!("namespace {namespace:?} has no other Services than those of the input");
        of_missing(world, world.covers(SERVICE, namespace), finding, &assumed)
    });
    findings.collect()
}
