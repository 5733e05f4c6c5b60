//! MSH135 `control-plane-by-address`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::control_plane_hooks::{Hook, Target, hooks};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH135",
    name: "control-plane-by-address",
    severity: Severity::Info,
    category: Category::Practice,
    summary: "A webhook of istiod's names it by its address",
    why: "
An external istiod that is named by an address cannot move without every cluster being told, and its certificate must
hold for the address. A name in the DNS outlives a new load balancer.

A webhook is istiod's if its configuration is called as Istio's charts call it.",
    bad: "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: istio-validator-external }
webhooks:
- name: rev.validation.istio.io
  clientConfig: { url: 'https://192.0.2.1:15017/validate' }",
    good: "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: istio-validator-external }
webhooks:
- name: rev.validation.istio.io
  clientConfig: { url: 'https://istiod.example.com:15017/validate' }",
    references: &["https://istio.io/latest/docs/setup/install/external-controlplane/"],
    meshes: &["istio"],
    aliases: &["IST0164"],
    upstream: "externalcontrolplane.ExternalControlPlaneAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    hooks(world).iter().filter_map(|hook| check(hook, rule)).collect()
}

fn check(hook: &Hook, rule: &RuleInfo) -> Option<Finding> {
    let Target::Address(address) = &hook.target else { return None };
    let message = format!("the webhook {:?} names istiod by the address {address}", hook.name);
    Some(hook.finding(rule, message).with_help("name it by a host in the DNS"))
}
