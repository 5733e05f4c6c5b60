//! MSH185 `virtualservice-port-unknown`.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::Reach;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Host, KnownHosts, Registry, Slot, clients, number, offered_ports, slots};
use crate::analyze::kinds::{SERVICE, VIRTUAL_SERVICE};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH185",
    name: "virtualservice-port-unknown",
    summary: "A VirtualService routes to a port that the host does not have",
    why: "
The port of a destination is the port of the Service or ServiceEntry, not the one that the pods listen on: Envoy knows no
other ones, and answers every request of such a route with 503.

Where several objects have the host, the ports of all of them count. A host without any port is left alone.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, port: { number: 8080 } } }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 80, targetPort: 8080 }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, port: { number: 80 } } }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 80, targetPort: 8080 }] }",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination"],
    meshes: &["istio"],
    aliases: &["IST0101"],
    upstream: "virtualservice.DestinationHostAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    if world.settings().compatible {
        let known = world.view::<KnownHosts>();
        return world.each(VIRTUAL_SERVICE, |service| {
            let unknown = slots(service).filter_map(|slot| {
                let asked = slot.port()?;
                let ports = known.ports(service, slot.host())?;
                let has = ports.contains(&number(asked.get("number")));
                (!has).then(|| finding(rule, service, slot, asked, ports))
            });
            unknown.collect::<Vec<_>>()
        });
    }
    let nearby = world.nearby(&[SERVICE]);
    let registry = nearby.view::<Registry>();
    nearby.each(&[VIRTUAL_SERVICE], |service, reach| check(rule, &registry, service, reach))
}

fn check(rule: &RuleInfo, registry: &Registry, service: &Resource, reach: &mut Reach) -> Vec<Finding> {
    let clients = clients(service);
    let findings = slots(service).filter_map(|slot| {
        let asked = slot.port()?;
        let host = Host::parse(slot.host(), service.namespace_or_default());
        host.looked_for(reach);
        let holders = registry.holders(host, &clients);
        let holder: &Arc<Resource> = holders.first()?;
        let mut ports: Vec<i64> = holders.iter().flat_map(|holder| offered_ports(holder)).collect();
        ports.dedup();
        if ports.is_empty() || ports.contains(&number(asked.get("number"))) {
            return None;
        }
        let finding = finding(rule, service, slot, asked, &ports);
        let help = match holder.items(&["spec", "ports"]).iter().find(|port| is_target(port, asked)) {
            Some(port) => format!("{} is where its pods listen; name port {}", shown(asked), number(port.get("port"))),
            None => "name one of the ports of the host".into(),
        };
        Some(finding.with_help(help).with_related(holder, holder.head(), "has the host"))
    });
    findings.collect()
}

/// Whether a Service's port leads to the pods' port that was asked for.
fn is_target(port: &Node, asked: &Node) -> bool {
    let target = port.get("targetPort").and_then(Node::as_int);
    target.is_some() && target == asked.get("number").and_then(Node::as_int)
}

fn shown(asked: &Node) -> i64 {
    number(asked.get("number"))
}

fn finding(rule: &RuleInfo, service: &Resource, slot: Slot<'_>, asked: &Node, ports: &[i64]) -> Finding {
    let listed = ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let listed = if listed.is_empty() { "none".into() } else { listed };
    let message = format!("the host {:?} has no port {}, its ports are: {listed}", slot.host(), shown(asked));
    let span = asked.get("number").unwrap_or(asked).span;
    rule.finding(service, span, message).with_help("name one of the ports of the host")
}
