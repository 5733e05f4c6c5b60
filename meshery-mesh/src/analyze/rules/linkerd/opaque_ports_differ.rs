//! MSH435 `linkerd-opaque-ports-differ`.

use std::ops::RangeInclusive;

use meshery_core::resource::{Field, Node, Resource};
use meshery_core::world::Selector;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::NAMESPACE;
use crate::analyze::kubernetes::{Port, Service, Workload, Workloads, each_service};
use crate::analyze::linkerd::annotations::OPAQUE;
use crate::analyze::linkerd::opaque::{has, ports};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH435",
    name: "linkerd-opaque-ports-differ",
    severity: Severity::Warning,
    summary: "A port is opaque for a Service and not for its pods, or the other way round",
    why: "
The proxy of the client goes by the annotation of the Service, that of the server by the annotation of the pod. Where only one
of them has the port, one proxy looks for the protocol and the other does not: a connection on which the server speaks first
hangs until the search for the protocol times out.

A Service that says nothing takes the annotation of its namespace, or else the usual ports of databases and mail.

Headless Services are left out: their clients see the pods themselves. A pod without an annotation takes that of its namespace
or the default of the installation, so nothing is said of it.",
    bad: "
apiVersion: v1
kind: Service
metadata: { name: db, annotations: { config.linkerd.io/opaque-ports: '5432' } }
spec: { selector: { app: db }, ports: [{ port: 5432, targetPort: 15432 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: db, labels: { app: db }, annotations: { config.linkerd.io/opaque-ports: '5432' } }
spec: { containers: [{ name: db, image: db, ports: [{ containerPort: 15432 }] }] }",
    good: "
apiVersion: v1
kind: Service
metadata: { name: db, annotations: { config.linkerd.io/opaque-ports: '5432' } }
spec: { selector: { app: db }, ports: [{ port: 5432, targetPort: 15432 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: db, labels: { app: db }, annotations: { config.linkerd.io/opaque-ports: '15432' } }
spec: { containers: [{ name: db, image: db, ports: [{ containerPort: 15432 }] }] }",
    references: &["https://linkerd.io/2/features/protocol-detection/#marking-ports-as-opaque"],
    aliases: &["linkerd-opaque-ports-definition"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

/// What is opaque where nobody says otherwise.
const USUAL: [u16; 8] = [25, 587, 3306, 4444, 5432, 6379, 9300, 11211];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    each_service(world, |service, workloads| of_service(world, workloads, service, rule))
}

fn of_service(world: &World, workloads: &Workloads, service: &Service, rule: &RuleInfo) -> Vec<Finding> {
    if service.is_headless() || service.is_external_name() || service.selector.is_empty() {
        return Vec::new();
    }
    let Some(mut of_service) = listed(service.object.root.get("metadata")) else { return Vec::new() };
    if of_service.0.is_none() {
        let namespace = world.get(NAMESPACE, "", service.namespace());
        let told = namespace.map(|namespace| listed(namespace.root.get("metadata")));
        let Some((field, ports)) = told.unwrap_or(Some((None, Vec::new()))) else { return Vec::new() };
        of_service.1 = if field.is_some() { ports } else { USUAL.map(|port| port..=port).to_vec() };
    }
    let selector = Selector { equal: service.selector.clone(), needs: Vec::new() };
    let pods: Vec<&Workload> = workloads.selected(service.namespace(), &selector).collect();
    let ports = service.ports.iter().filter(|port| &*port.protocol == "TCP");
    ports.filter_map(|port| pods.iter().find_map(|pod| check(rule, service, port, &of_service, pod))).collect()
}

/// The annotation with its ports. `None` where it cannot be read; empty where there is none.
fn listed(metadata: Option<&Node>) -> Option<(Option<&Field>, Vec<RangeInclusive<u16>>)> {
    let annotations = metadata.and_then(|it| it.get("annotations")).map(Node::fields).unwrap_or_default();
    let field = annotations.iter().find(|field| &*field.key == OPAQUE);
    match field {
        None => Some((None, Vec::new())),
        Some(field) => Some((Some(field), ports(field.value.as_str()?)?)),
    }
}

fn check(
    rule: &RuleInfo,
    service: &Service,
    port: &Port,
    (of_service, service_ports): &(Option<&Field>, Vec<RangeInclusive<u16>>),
    pod: &Workload,
) -> Option<Finding> {
    let (of_pod, pod_ports) = listed(pod.pod.get("metadata"))?;
    let target = number(pod, port)?;
    let (there, here) = (has(service_ports, port.number), has(&pod_ports, target));
    let name = &service.object.name;
    let place = |field: Option<&Field>, object: &Resource| field.map_or(object.head(), |field| field.key_span);
    match (there, here, of_service, of_pod) {
        (true, false, Some(_), Some(field)) => {
            let message = format!("the port {target} is opaque for the Service {name:?}, and not here");
            let finding = rule.finding(&pod.object, field.key_span, message);
            let finding = finding.with_help(format!("add {target} to {OPAQUE} of the pods"));
            Some(finding.with_related(&service.object, place(*of_service, &service.object), "opaque for the Service"))
        }
        (false, true, field, Some(of_pod)) => {
            let message =
                format!("the port {target} of the pods is opaque, and {} of this Service is not", port.number);
            let finding = rule.finding(&service.object, place(*field, &service.object), message);
            let finding = finding.with_help(format!("add {} to {OPAQUE} of the Service", port.number));
            Some(finding.with_related(&pod.object, of_pod.key_span, "opaque for the pods"))
        }
        _ => None,
    }
}

/// The pods' port that a Service's port leads to, if the pods say that they have it.
fn number(pod: &Workload, port: &Port) -> Option<i64> {
    let listed =
        pod.containers().iter().flat_map(|container| container.get("ports").map(Node::items).unwrap_or_default());
    listed.into_iter().find_map(|listed| {
        let number = listed.get("containerPort").and_then(Node::as_int)?;
        let named = listed.get("name").and_then(Node::as_str) == Some(&*port.target);
        (named || number.to_string() == *port.target).then_some(number)
    })
}
