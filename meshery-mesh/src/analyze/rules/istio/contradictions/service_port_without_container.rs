//! MSH279 `service-port-without-container`.

use std::collections::BTreeSet;

use meshery_core::resource::Node;
use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{GATEWAY_NAME, MeshConfig, PROXY};
use crate::analyze::kinds::{MUTATING_WEBHOOK, VALIDATING_WEBHOOK};
use crate::analyze::kubernetes::{Port, Service, Workload, each_service};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH279",
    name: "service-port-without-container",
    severity: Severity::Warning,
    summary: "A Service sends to a port that none of the containers has",
    why: "
A port that is named needs a container port of that name: without one the Service has no endpoint there, which is an
error. A number reaches the pod also when no container lists it; but where the containers list ports, and the Service
leads to none of them, it is most likely mistaken, and connections are refused.

What a Service's `targetPort` says counts, or else its `port`. Services of the root namespace, of gateways and of
webhooks are left out.",
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
    let (config, webhooks) = (world.view::<MeshConfig>(), webhooks(world));
    let is_checked = |service: &Service| {
        let is_made = service.object.label(GATEWAY_NAME).is_some() || service.selector.get(GATEWAY_NAME).is_some();
        let is_webhook = webhooks.contains(&(service.namespace(), &*service.object.name));
        !service.selector.is_empty() && !is_made && !is_webhook && service.namespace() != config.root_namespace()
    };
    each_service(world, |service, workloads| {
        if !is_checked(service) {
            return Vec::new();
        }
        let selector = Selector { equal: service.selector.clone(), needs: Vec::new() };
        let selected: Vec<&Workload> = workloads.selected(service.namespace(), &selector).collect();
        // The proxy of a gateway listens on what it is told, and lists none of it.
        let is_gateway = selected.iter().any(|workload| workload.container(PROXY).is_some());
        if is_gateway { Vec::new() } else { check(rule, service, &selected) }
    })
}

/// The Services that the API server calls, whose failure nobody fails to see.
fn webhooks(world: &World) -> BTreeSet<(&str, &str)> {
    let all = [MUTATING_WEBHOOK, VALIDATING_WEBHOOK].into_iter().flat_map(|kind| world.of(kind));
    let called =
        all.flat_map(|object| object.items(&["webhooks"])).filter_map(|it| it.at(&["clientConfig", "service"]));
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).is_some();
    let named = called.filter(|service| text(service, "namespace") && text(service, "name"));
    named.filter_map(|service| Some((service.get("namespace")?.as_str()?, service.get("name")?.as_str()?))).collect()
}

fn check(rule: &RuleInfo, service: &Service, selected: &[&Workload]) -> Vec<Finding> {
    let Some(first) = selected.first() else { return Vec::new() };
    let listed: Vec<&Node> = selected.iter().flat_map(|workload| ports(workload)).collect();
    let is_listed = |port: &&Port| {
        let number = port.target.parse::<i64>().ok();
        listed.iter().any(|listed| match number {
            Some(_) => listed.get("containerPort").and_then(Node::as_int) == number,
            None => listed.get("name").and_then(Node::as_str) == Some(&*port.target),
        })
    };
    // Where some of the ports are listed, the others may have been left out of a list that need not be complete.
    let is_complete = !listed.is_empty() && !service.ports.iter().any(|port| is_listed(&port));
    let missing = service.ports.iter().filter(|port| !is_listed(port));
    let findings = missing.filter_map(|port| {
        let is_name = port.target.parse::<i64>().is_err();
        if !is_name && !is_complete {
            return None;
        }
        let severity = if is_name { Severity::Error } else { rule.severity };
        let message = format!("no container of {} has the port {:?}", first.object, &*port.target);
        let finding = rule.finding(&service.object, port.node.span, message).as_bad_as(severity);
        let finding = finding.with_help("let targetPort be the number or name of a port that a container listens on");
        Some(finding.with_related(&first.object, first.object.head(), "is selected"))
    });
    findings.collect()
}

/// The ports that the containers of a workload list.
fn ports(workload: &Workload) -> impl Iterator<Item = &Node> {
    let containers = workload.containers().iter().chain(workload.init_containers());
    containers.filter_map(|container| container.get("ports")).flat_map(Node::items)
}
