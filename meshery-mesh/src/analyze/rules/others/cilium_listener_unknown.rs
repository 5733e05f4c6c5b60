//! MSH709 `cilium-listener-unknown`.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::cilium::kinds::{CLUSTERWIDE_ENVOY_CONFIG, CLUSTERWIDE_POLICY, ENVOY_CONFIG};
use crate::analyze::cilium::policies::{entries, place};
use crate::analyze::edit::meant;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH709",
    name: "cilium-listener-unknown",
    summary: "A listener of Envoy is named that no CiliumEnvoyConfig has",
    why: "
A Service of a CiliumEnvoyConfig, and the ports of a network policy, may be sent to a listener by its name. The listener must be
among the resources of that CiliumEnvoyConfig: there is nothing to send to otherwise, and the configuration or the policy is not
taken.",
    bad: "
apiVersion: cilium.io/v2
kind: CiliumEnvoyConfig
metadata: { name: reviews, namespace: shop }
spec:
  services: [{ name: reviews, namespace: shop, listener: reviews-listner }]
  resources:
  - { '@type': type.googleapis.com/envoy.config.listener.v3.Listener, name: reviews-listener }",
    good: "
apiVersion: cilium.io/v2
kind: CiliumEnvoyConfig
metadata: { name: reviews, namespace: shop }
spec:
  services: [{ name: reviews, namespace: shop, listener: reviews-listener }]
  resources:
  - { '@type': type.googleapis.com/envoy.config.listener.v3.Listener, name: reviews-listener }",
    references: &["https://docs.cilium.io/en/stable/network/servicemesh/l7-traffic-management/"],
    meshes: &["cilium"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for config in world.of(ENVOY_CONFIG).iter().chain(world.of(CLUSTERWIDE_ENVOY_CONFIG)) {
        let services = config.items(&["spec", "services"]).iter().filter_map(|service| service.get("listener"));
        findings.extend(services.filter_map(|name| unknown(rule, config, config, name)));
    }
    for entry in entries(world) {
        for listener in entry.ports().iter().filter_map(|ports| ports.get("listener")) {
            findings.extend(of_policy(world, rule, entry.policy, listener));
        }
    }
    findings
}

/// A listener that is not among those of a configuration.
fn unknown(rule: &RuleInfo, object: &Resource, config: &Resource, node: &Node) -> Option<Finding> {
    let whole = node.as_str().filter(|name| !name.is_empty())?;
    // It may be written with the namespace and the name of the configuration before it.
    let name = whole.rsplit('/').next().unwrap_or(whole);
    let resources = config.items(&["spec", "resources"]).iter();
    let listeners = resources.filter(|it| {
        let kind = it.get("@type").and_then(Node::as_str).unwrap_or_default();
        kind.ends_with(".Listener")
    });
    let names: Vec<&str> = listeners.filter_map(|it| it.get("name").and_then(Node::as_str)).collect();
    if names.iter().any(|known| *known == whole || *known == name) {
        return None;
    }
    let message = format!("{config} has no listener {whole:?}");
    let finding = rule.finding(object, node.span, message);
    let before = whole.strip_suffix(name).unwrap_or_default();
    let near = nearest(name, names.into_iter()).map(|near| format!("{before}{near}"));
    let otherwise = "name a listener among the resources of the configuration";
    Some(meant(finding, object, whole, near.as_deref(), otherwise))
}

fn of_policy(world: &World, rule: &RuleInfo, policy: &Arc<Resource>, listener: &Node) -> Option<Finding> {
    let reference = listener.get("envoyConfig")?;
    let text = |key: &str| reference.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    let wide = match text("kind") {
        Some(kind) => kind == CLUSTERWIDE_ENVOY_CONFIG.name,
        None => policy.kind() == CLUSTERWIDE_POLICY,
    };
    let (kind, namespace) =
        if wide { (CLUSTERWIDE_ENVOY_CONFIG, "") } else { (ENVOY_CONFIG, policy.namespace_or_default()) };
    let name = text("name")?;
    if let Some(config) = world.get(kind, namespace, name) {
        return unknown(rule, policy, config, listener.get("name")?);
    }
    let message = format!("there is no {} {name:?}", kind.name);
    let finding = rule.finding(policy, place(reference, "name"), message);
    let finding = finding.with_help("make the configuration, or say of which kind it is");
    let assumed = format!("there is no {} {name:?} outside the input", kind.name);
    of_missing(world, world.covers(kind, namespace), finding, &assumed)
}
