//! MSH802 `mtls-port-level-dead`.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Node, Resource};
use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::PEER_AUTHENTICATION;
use crate::analyze::kubernetes::{Port, Service, Services, Workload, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH802",
    name: "mtls-port-level-dead",
    severity: Severity::Warning,
    category: Category::Correctness,
    summary: "A setting of mutual TLS for a port names the Service's port instead of the workload's",
    why: "
`portLevelMtls` is for ports of the workload. A port that only a Service has means nothing to the proxy, and the setting of
the whole workload holds for the port that was meant.

Found is a port that a Service of the selected workloads has and sends to another one, if no workload has it itself.",
    bad: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { app: reviews } }
  mtls: { mode: STRICT }
  portLevelMtls: { '80': { mode: DISABLE } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80, targetPort: 9080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata: { labels: { app: reviews } }
    spec: { containers: [{ name: reviews, image: 'shop/reviews:1', ports: [{ containerPort: 9080 }] }] }",
    good: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: reviews, namespace: shop }
spec:
  selector: { matchLabels: { app: reviews } }
  mtls: { mode: STRICT }
  portLevelMtls: { '9080': { mode: DISABLE } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80, targetPort: 9080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec:
  template:
    metadata: { labels: { app: reviews } }
    spec: { containers: [{ name: reviews, image: 'shop/reviews:1', ports: [{ containerPort: 9080 }] }] }",
    references: &[
        "https://istio.io/latest/docs/reference/config/security/peer_authentication/#PeerAuthentication",
    ],
    meshes: &["istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(PEER_AUTHENTICATION, |policy| check(world, rule, policy))
}

fn check(world: &World, rule: &RuleInfo, policy: &Arc<Resource>) -> Vec<Finding> {
    let levels = policy.root.at(&["spec", "portLevelMtls"]).map(Node::fields).unwrap_or_default();
    let Some(selector) = policy.root.at(&["spec", "selector"]).map(Selector::of).filter(|it| !it.is_empty()) else {
        return Vec::new();
    };
    if levels.is_empty() {
        return Vec::new();
    }
    let (workloads, services) = (world.view::<Workloads>(), world.view::<Services>());
    let namespace = policy.namespace_or_default();
    let selected: Vec<&Workload> = workloads.selected(namespace, &selector).collect();
    let serving: Vec<&Service> = selected.iter().flat_map(|it| services.selecting(namespace, &it.labels)).collect();
    let ports: Vec<(&Service, &Port)> =
        serving.iter().flat_map(|service| service.ports.iter().map(move |port| (*service, port))).collect();
    let own: BTreeSet<i64> = selected.iter().flat_map(|workload| own_ports(workload)).collect();
    let mut findings = Vec::new();
    for level in levels {
        let Ok(number) = level.key.parse::<i64>() else { continue };
        if own.contains(&number) || ports.iter().any(|(_, port)| port.target.parse() == Ok(number)) {
            continue;
        }
        let Some((service, port)) = ports.iter().find(|(_, port)| port.number == number) else { continue };
        let message = format!("no workload has the port {number}, which is the Service's port for {:?}", &*port.target);
        let finding = rule.finding(policy, level.key_span, message);
        let finding =
            finding.with_help(format!("name the workload's port, {:?} as the Service calls it", &*port.target));
        findings.push(finding.with_related(&service.object, port.node.span, "sends to another port"));
    }
    findings
}

fn own_ports(workload: &Workload) -> Vec<i64> {
    let containers = workload.containers().iter().chain(workload.init_containers());
    let ports = containers.filter_map(|container| container.get("ports")).flat_map(Node::items);
    ports.filter_map(|port| port.get("containerPort").and_then(Node::as_int)).collect()
}
