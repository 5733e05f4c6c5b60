//! MSH445 `linkerd-link-invalid`.

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::kinds::SECRET;
use crate::analyze::linkerd::kinds::LINK;
use crate::analyze::linkerd::{place, spec_place};
use crate::analyze::values::duration::nanoseconds;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH445",
    name: "linkerd-link-invalid",
    summary: "A Link to another cluster lacks what the service mirror needs",
    why: "
The service mirror reads from a Link what the other cluster is called and which Secret lets it in there, and, where requests go
through a gateway, the gateway's address, port and identity and how to probe it. It does not mirror anything while one of them is
missing or cannot be read.",
    bad: "
apiVersion: multicluster.linkerd.io/v1alpha3
kind: Link
metadata: { name: west, namespace: linkerd-multicluster }
spec:
  clusterCredentialsSecret: cluster-credentials-west
  targetClusterDomain: cluster.local
  targetClusterLinkerdNamespace: linkerd
---
apiVersion: v1
kind: Secret
metadata: { name: cluster-credentials-west, namespace: linkerd-multicluster }",
    good: "
apiVersion: multicluster.linkerd.io/v1alpha3
kind: Link
metadata: { name: west, namespace: linkerd-multicluster }
spec:
  clusterCredentialsSecret: cluster-credentials-west
  targetClusterName: west
  targetClusterDomain: cluster.local
  targetClusterLinkerdNamespace: linkerd
---
apiVersion: v1
kind: Secret
metadata: { name: cluster-credentials-west, namespace: linkerd-multicluster }",
    references: &[ "https://linkerd.io/2/tasks/troubleshooting/#l5d-multicluster-links-are-valid"],
    aliases: &["l5d-multicluster-links-are-valid"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(LINK, |link| check(world, rule, link))
}

const NEEDED: [&str; 4] =
    ["clusterCredentialsSecret", "targetClusterDomain", "targetClusterLinkerdNamespace", "targetClusterName"];

fn check(world: &World, rule: &RuleInfo, link: &Resource) -> Vec<Finding> {
    let mut findings = Vec::new();
    let spec = |key: &str| link.root.at(&["spec", key]).filter(|value| !value.is_empty());
    for key in NEEDED.into_iter().filter(|key| spec(key).is_none()) {
        let message = format!("the Link does not say {key}");
        findings.push(rule.finding(link, spec_place(link, key), message).with_help(format!("add {key}")));
    }
    if spec("gatewayAddress").is_some() {
        for key in ["gatewayIdentity", "gatewayPort"].into_iter().filter(|key| spec(key).is_none()) {
            let message = format!("the Link has a gateway, and does not say {key}");
            findings.push(rule.finding(link, spec_place(link, key), message).with_help(format!("add {key}")));
        }
    }
    if let Some(port) = spec("gatewayPort").filter(|port| !is_port(port)) {
        findings.push(rule.finding(link, port.span, "the port of the gateway is no port").with_help("say a number"));
    }
    if let Some(probe) = spec("probeSpec") {
        findings.extend(of_probe(rule, link, probe));
    }
    findings.extend(spec("clusterCredentialsSecret").and_then(|name| of_secret(world, rule, link, name)));
    findings
}

fn is_port(node: &Node) -> bool {
    match &node.value {
        Value::Int(port) => (1..=65535).contains(port),
        Value::Text(port) => port.parse::<u16>().is_ok_and(|port| port > 0),
        _ => false,
    }
}

fn of_probe(rule: &RuleInfo, link: &Resource, probe: &Node) -> Vec<Finding> {
    let mut findings = Vec::new();
    for key in ["period", "timeout"] {
        let wrong = probe.get(key).and_then(Node::as_str).filter(|it| !it.is_empty() && nanoseconds(it).is_none());
        findings.extend(wrong.map(|text| {
            let message = format!("{text:?} is no duration");
            rule.finding(link, place(probe, key), message).with_help("write a number and a unit, such as 3s")
        }));
    }
    if probe.get("port").is_some_and(|port| !port.is_empty() && !is_port(port)) {
        let message = "the port of the probe is no port";
        findings.push(rule.finding(link, place(probe, "port"), message).with_help("say a number"));
    }
    findings
}

fn of_secret(world: &World, rule: &RuleInfo, link: &Resource, node: &Node) -> Option<Finding> {
    let namespace = link.namespace_or_default();
    let name = node.as_str().filter(|name| world.get(SECRET, namespace, name).is_none())?;
    let finding = rule.finding(link, node.span, format!("there is no Secret {name:?} in {namespace:?}"));
    let finding = finding.with_help("make it with linkerd multicluster link, in the other cluster");
    let assumed = format!("there is no Secret {name:?} outside the input");
    of_missing(world, world.covers(SECRET, namespace), finding, &assumed)
}
