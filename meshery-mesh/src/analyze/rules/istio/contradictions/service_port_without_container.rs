//! MSH279 `service-port-without-container`.

use meshery_core::resource::Node;
use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{GATEWAY_NAME, MeshConfig};
use crate::analyze::kubernetes::{Port, Service, Services, Workload, Workloads};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH279",
    name: "service-port-without-container",
    severity: Severity::Warning,
    summary: "A Service sends to a port that none of the containers has",
    why: "
A port that is named needs a container port of that name: without one the Service has no endpoint there, which is an error. A
number reaches the pod also when no container lists it, but where the containers list other ports it is most likely
mistaken, and connections are refused.

What a Service's `targetPort` says counts, or else its `port`. Of workloads that list no ports at all nothing is said about
numbers.",
    bad: "
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop, labels: { app: reviews } }
spec:
  template:
    metadata: { labels: { app: reviews } }
    spec: { containers: [{ name: reviews, ports: [{ containerPort: 9080 }] }] }",
    good: "
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80, targetPort: 9080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop, labels: { app: reviews } }
spec:
  template:
    metadata: { labels: { app: reviews } }
    spec: { containers: [{ name: reviews, ports: [{ containerPort: 9080 }] }] }",
    references: &[
        "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
        "https://kiali.io/docs/features/validations/",
    ],
    aliases: &["KIA0701"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (services, workloads) = (world.view::<Services>(), world.view::<Workloads>());
    let config = world.view::<MeshConfig>();
    let mut findings = Vec::new();
    // The control plane's own, and those that are made for Gateways, may open ports that no container lists.
    let checked = services.iter().filter(|service| {
        let is_made = service.object.label(GATEWAY_NAME).is_some() || service.selector.get(GATEWAY_NAME).is_some();
        !service.selector.is_empty() && !is_made && service.namespace() != config.root_namespace()
    });
    for service in checked {
        let selector = Selector { equal: service.selector.clone(), needs: Vec::new() };
        let selected: Vec<&Workload> = workloads.selected(service.namespace(), &selector).collect();
        findings.extend(service.ports.iter().filter_map(|port| check(rule, service, port, &selected)));
    }
    findings
}

fn check(rule: &RuleInfo, service: &Service, port: &Port, selected: &[&Workload]) -> Option<Finding> {
    let first = selected.first()?;
    let number = port.target.parse::<i64>().ok();
    let mut lists_any = false;
    for workload in selected {
        for listed in ports(workload) {
            lists_any = true;
            let is_it = match number {
                Some(number) => listed.get("containerPort").and_then(Node::as_int) == Some(number),
                None => listed.get("name").and_then(Node::as_str) == Some(&*port.target),
            };
            if is_it {
                return None;
            }
        }
    }
    if !lists_any && number.is_some() {
        return None;
    }
    let severity = if number.is_some() { rule.severity } else { Severity::Error };
    let message = format!("no container of {} has the port {:?}", first.object, &*port.target);
    let finding = rule.finding(&service.object, port.node.span, message).as_bad_as(severity);
    let finding = finding.with_help("let targetPort be the number or name of a port that a container listens on");
    Some(finding.with_related(&first.object, first.object.head(), "is selected"))
}

/// The ports that the containers of a workload list.
fn ports(workload: &Workload) -> impl Iterator<Item = &Node> {
    let containers = workload.containers().iter().chain(workload.init_containers());
    containers.filter_map(|container| container.get("ports")).flat_map(Node::items)
}
