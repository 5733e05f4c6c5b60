//! MSH853 `injectors-identical`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::kinds::MUTATING_WEBHOOK;
use crate::analyze::neutral::Mesh;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH853",
    name: "injectors-identical",
    summary: "Two injectors of one mesh are called for the very same pods",
    why: "
Where two installations of a mesh are in one cluster, each registers its injector. With the same selectors both are called
for each pod: it gets two proxies, or that of the one which came last. For Istio, whose revisions may overlap in parts, there
is a rule of its own.",
    bad: "
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: linkerd-proxy-injector-webhook-config }
webhooks:
- name: linkerd-proxy-injector.linkerd.io
  clientConfig: { service: { name: linkerd-proxy-injector, namespace: linkerd } }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: linkerd-proxy-injector-webhook-config-old }
webhooks:
- name: linkerd-proxy-injector.linkerd.io
  clientConfig: { service: { name: linkerd-proxy-injector, namespace: linkerd-old } }",
    good: "
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: linkerd-proxy-injector-webhook-config }
webhooks:
- name: linkerd-proxy-injector.linkerd.io
  clientConfig: { service: { name: linkerd-proxy-injector, namespace: linkerd } }
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: linkerd-proxy-injector-webhook-config-old }
webhooks:
- name: linkerd-proxy-injector.linkerd.io
  clientConfig: { service: { name: linkerd-proxy-injector, namespace: linkerd-old } }
  namespaceSelector: { matchLabels: { generation: old } }",
    references: &[
        "https://linkerd.io/2/features/proxy-injection/",
        "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/",
    ],
    meshes: &["consul", "kuma", "linkerd"],
    run,
    ..Rule::NEW
};

/// Which mesh's injector a webhook is, by its name or that of the Service that it calls.
fn mesh(webhook: &Node) -> Option<Mesh> {
    let name = webhook.get("name").and_then(Node::as_str).unwrap_or_default();
    let service = webhook.at(&["clientConfig", "service", "name"]).and_then(Node::as_str).unwrap_or_default();
    let path = webhook.at(&["clientConfig", "service", "path"]).and_then(Node::as_str).unwrap_or_default();
    match () {
        () if name == "linkerd-proxy-injector.linkerd.io" => Some(Mesh::Linkerd),
        () if name.contains("kuma-injector") && path.contains("inject-sidecar") => Some(Mesh::Kuma),
        () if name.ends_with(".consul.hashicorp.com") && service.ends_with("connect-injector") && path == "/mutate" => {
            Some(Mesh::Consul)
        }
        () => None,
    }
}

type Key = (Mesh, Arc<str>, Option<Selector>, Option<Selector>);

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut known: BTreeMap<Key, (&Arc<Resource>, &Node)> = BTreeMap::new();
    let mut findings = Vec::new();
    for object in world.of(MUTATING_WEBHOOK) {
        for webhook in object.items(&["webhooks"]) {
            let (Some(mesh), Some(place)) = (mesh(webhook), webhook.get("name")) else { continue };
            let name: Arc<str> = place.as_str().unwrap_or_default().into();
            let selector = |key: &str| webhook.get(key).map(Selector::of).filter(|selector| !selector.is_empty());
            let key = (mesh, name, selector("namespaceSelector"), selector("objectSelector"));
            match known.get(&key) {
                Some((other, at)) if other.name != object.name => {
                    let message = format!("{:?} is called for the same pods", &*other.name);
                    let help = "let each select namespaces of its own, or remove one of them";
                    let finding = rule.finding(object, place.span, message).with_help(help);
                    findings.push(finding.with_related(other, at.span, "the other injector"));
                }
                Some(_) => {}
                None => {
                    known.insert(key, (object, place));
                }
            }
        }
    }
    findings
}
