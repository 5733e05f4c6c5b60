//! MSH134 `control-plane-webhook-invalid`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::control_plane_hooks::{Hook, Target, hooks};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH134",
    name: "control-plane-webhook-invalid",
    severity: Severity::Warning,
    summary: "A webhook of istiod's leads nowhere",
    why: "
The API server asks istiod by this webhook to put sidecars into pods, or to check configuration. Where it names
neither a Service nor a URL that can be asked, pods are refused or stay without a sidecar, by the webhook's
`failurePolicy`, and configuration is refused or taken unchecked.

A webhook is istiod's if its configuration is called as Istio's charts call it: `istio-sidecar-injector…`,
`istio-revision-tag-…`, `istio-validator…`, `istiod-default-validator`. A URL must begin with `https://` and name a
host.",
    bad: "
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector-external }
webhooks:
- name: rev.namespace.sidecar-injector.istio.io
  clientConfig: { url: 'istiod.example.com:15017/inject' }",
    good: "
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: istio-sidecar-injector-external }
webhooks:
- name: rev.namespace.sidecar-injector.istio.io
  clientConfig: { url: 'https://istiod.example.com:15017/inject' }",
    references: &[
        "https://istio.io/latest/docs/setup/install/external-controlplane/",
        "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#contacting-the-webhook",
    ],
    meshes: &["istio"],
    aliases: &["IST0163"],
    upstream: "externalcontrolplane.ExternalControlPlaneAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    hooks(world).iter().filter_map(|hook| check(hook, rule)).collect()
}

fn check(hook: &Hook, rule: &RuleInfo) -> Option<Finding> {
    let name = &hook.name;
    let message = match &hook.target {
        Target::Nowhere => format!("the webhook {name:?} has neither a Service nor a URL"),
        Target::Broken(url) => format!("the webhook {name:?} cannot be asked at {url:?}"),
        Target::Service | Target::Host(_) | Target::Address(_) => return None,
    };
    Some(hook.finding(rule, message).with_help("name istiod's Service, or its URL with https:// and a host"))
}
