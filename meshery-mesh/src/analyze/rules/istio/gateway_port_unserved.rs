//! MSH141 `gateway-port-unserved`.

use std::collections::{BTreeMap, BTreeSet};

use meshery_core::resource::Node;
use meshery_core::world::{Labels, Selector};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Configured, Gateway, Gateways, Server};
use crate::analyze::kubernetes::{Port, Service, Services, Workload};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH141",
    name: "gateway-port-unserved",
    severity: Severity::Warning,
    summary: "A Gateway opens a port to which no Service of its workloads leads",
    why: "
The proxy listens on the port, but clients outside come by a Service, and none of those that select the Gateway's workloads
has the port, or sends to it as its `targetPort`. The number of a server may be either: Istio follows the Service from the
one to the other.

What listens on its node's network, or has a `hostPort`, needs no Service. Where the input has no Service of the workloads
at all, nothing is said unless the input is all that there is.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { app: ingress }
  servers: [{ port: { number: 8443, name: http, protocol: HTTP }, hosts: [shop.example.com] }]
---
apiVersion: v1
kind: Service
metadata: { name: ingress, namespace: ingress }
spec: { selector: { app: ingress }, ports: [{ name: http2, port: 80, protocol: TCP, targetPort: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ingress, namespace: ingress }
spec:
  selector: { matchLabels: { app: ingress } }
  template:
    metadata: { labels: { app: ingress } }
    spec: { containers: [{ name: istio-proxy, image: auto }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { app: ingress }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [shop.example.com] }]
---
apiVersion: v1
kind: Service
metadata: { name: ingress, namespace: ingress }
spec: { selector: { app: ingress }, ports: [{ name: http2, port: 80, protocol: TCP, targetPort: 8080 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ingress, namespace: ingress }
spec:
  selector: { matchLabels: { app: ingress } }
  template:
    metadata: { labels: { app: ingress } }
    spec: { containers: [{ name: istio-proxy, image: auto }] }",
    references: &["https://istio.io/latest/docs/reference/config/networking/gateway/#Port"],
    meshes: &["istio"],
    aliases: &["IST0162"],
    upstream: "gateway.IngressGatewayPortAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (gateways, configured, services) =
        (world.view::<Gateways>(), world.view::<Configured>(), world.view::<Services>());
    let compatible = world.settings().compatible;
    // istioctl takes for absent what it was not given.
    let closed = world.settings().closed || compatible;
    let offer = |(selector, workloads)| (selector, Offer::of(workloads, &services, compatible));
    let offers: BTreeMap<&Selector, Offer> = configured.iter().map(offer).collect();
    let mut findings = Vec::new();
    for gateway in gateways.all() {
        let Some(offer) = offers.get(&gateway.selector).filter(|offer| offer.tells(closed)) else { continue };
        let unserved = gateway.servers.iter().filter(|server| server.port.is_some() && !offer.has(server.number));
        findings.extend(unserved.map(|server| report(gateway, server, offer, rule, closed)));
    }
    findings
}

fn report(gateway: &Gateway, server: &Server, offer: &Offer, rule: &RuleInfo, closed: bool) -> Finding {
    let ports: Vec<String> = offer.ports.iter().map(ToString::to_string).collect();
    let known = if ports.is_empty() { "no port at all".into() } else { format!("only {}", ports.join(", ")) };
    let message = format!("no Service of its workloads leads to port {}; they lead to {known}", server.number);
    let help = "use a port of the Service, or add this one to it";
    let finding = rule.finding(&gateway.object, server.port_span(), message).with_help(help);
    if closed { finding } else { finding.assuming("no Service outside the input selects these workloads") }
}

/// The ports of the workloads of a selector to which something leads.
#[derive(Default)]
struct Offer {
    workloads: bool,
    services: bool,
    /// Whether one of them listens where no Service is needed.
    on_host: bool,
    ports: BTreeSet<i64>,
    compatible: bool,
}

impl Offer {
    fn of<'a>(workloads: impl Iterator<Item = &'a Workload>, services: &Services, compatible: bool) -> Self {
        let mut offer = Self { compatible, ..Self::default() };
        let mut seen: BTreeSet<(Option<&str>, Labels)> = BTreeSet::new();
        for workload in workloads {
            offer.workloads = true;
            if !compatible {
                offer.add_own(workload);
            }
            let namespace = workload.object.namespace.as_deref();
            // For istioctl a Service that selects nothing selects everything.
            if compatible && seen.insert((namespace, Labels::default())) {
                let all = services.within(workload.namespace()).iter().filter(|service| service.selector.is_empty());
                all.for_each(|service| offer.add(service, workload));
            }
            // Pods of one Deployment differ in no label that a Service asks for, and need only one look.
            if seen.insert((namespace, workload.labels.clone())) {
                for service in services.selecting(workload.namespace(), &workload.labels) {
                    offer.add(service, workload);
                }
            }
        }
        offer
    }

    /// What a workload opens by itself.
    fn add_own(&mut self, workload: &Workload) {
        self.on_host |= workload.pod.at(&["spec", "hostNetwork"]).and_then(Node::as_bool) == Some(true);
        let ports = container_ports(workload).filter(|port| port.get("hostPort").and_then(Node::as_int).is_some());
        self.ports.extend(ports.filter_map(|port| port.get("containerPort")?.as_int()));
    }

    fn add(&mut self, service: &Service, workload: &Workload) {
        if self.compatible && service.object.namespace != workload.object.namespace {
            return;
        }
        self.services = true;
        let compatible = self.compatible;
        for port in service.ports.iter().filter(|port| is_tcp(port, compatible)) {
            self.ports.insert(port.number);
            let named = || named_port(port, workload).filter(|_| !compatible);
            let target = port.target.parse().ok().or_else(named);
            self.ports.extend(target.filter(|target| *target != 0));
        }
    }

    /// Whether it is known well enough what leads to the workloads.
    fn tells(&self, closed: bool) -> bool {
        self.workloads && !self.on_host && (closed || self.services)
    }

    fn has(&self, number: i64) -> bool {
        self.ports.contains(&number)
    }
}

/// For istioctl a protocol that is not written is none.
fn is_tcp(port: &Port, compatible: bool) -> bool {
    let written = port.node.get("protocol").and_then(Node::as_str);
    if compatible { written == Some("TCP") } else { *port.protocol == *"TCP" }
}

/// The number of the workload's port that a Service's port means by name.
fn named_port(port: &Port, workload: &Workload) -> Option<i64> {
    let named = |it: &&Node| it.get("name").and_then(Node::as_str) == Some(&*port.target);
    container_ports(workload).find(named)?.get("containerPort")?.as_int()
}

fn container_ports(workload: &Workload) -> impl Iterator<Item = &Node> {
    let containers = workload.containers().iter().chain(workload.init_containers());
    containers.filter_map(|container| container.get("ports")).flat_map(Node::items)
}
