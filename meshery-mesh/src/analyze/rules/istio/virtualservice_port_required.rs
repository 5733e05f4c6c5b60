//! MSH184 `virtualservice-port-required`.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::Reach;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{
    Host, KnownHosts, MESH, Registry, Slot, clients, find_named, named_gateway, number, offered_ports, slots,
};
use crate::analyze::kinds::{GATEWAY, SERVICE, VIRTUAL_SERVICE};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH184",
    name: "virtualservice-port-required",
    summary: "A VirtualService routes to a host with several ports, and does not say to which of them",
    why: "
Where a destination names no port, the only port of its host is meant. When the host has several, the request goes to the
port that it came in at: from a sidecar the port of the host that was called, from a gateway the port of its server. A host
that does not have that port answers with 503.

Nothing is said when the ports at which requests come in are known and the destination has all of them. Where they are not
known, because the Gateway or the called host is not among the objects, the finding is a warning.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews.example.com], gateways: [web], http: [{ route: [{ destination: { host: reviews } }] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'] }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 8080 }, { name: http-metrics, port: 9090 }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews.example.com]
  gateways: [web]
  http: [{ route: [{ destination: { host: reviews, port: { number: 8080 } } }] }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'] }] }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { ports: [{ name: http, port: 8080 }, { name: http-metrics, port: 9090 }] }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination",
        "https://istio.io/latest/docs/reference/config/analysis/ist0112/",
    ],
    meshes: &["istio"],
    aliases: &["IST0112"],
    upstream: "virtualservice.DestinationHostAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    if world.settings().compatible {
        let known = world.view::<KnownHosts>();
        return world.each(VIRTUAL_SERVICE, |service| {
            let open = slots(service).filter(|slot| slot.port().is_none());
            open.filter_map(|slot| {
                let ports = known.ports(service, slot.host()).filter(|ports| ports.len() > 1)?;
                Some(finding(rule, service, slot, ports))
            })
            .collect::<Vec<_>>()
        });
    }
    let nearby = world.nearby(&[SERVICE]);
    let registry = nearby.view::<Registry>();
    nearby.each(&[VIRTUAL_SERVICE], |service, reach| check(&nearby, rule, &registry, service, reach))
}

fn check(world: &World, rule: &RuleInfo, registry: &Registry, service: &Resource, reach: &mut Reach) -> Vec<Finding> {
    let own = service.namespace_or_default();
    let clients = clients(service);
    let open = slots(service).filter(|slot| slot.destination.is_some() && slot.port().is_none());
    let mut callers = None;
    let findings = open.filter_map(|slot| {
        let host = Host::parse(slot.host(), own);
        host.looked_for(reach);
        let holders = registry.holders(host, &clients);
        // Of several that have it, one may have one port only.
        let [holder] = holders.as_slice() else { return None };
        let ports = offered_ports(holder);
        if ports.len() < 2 {
            return None;
        }
        // Where requests come in is told by hosts and gateways anywhere.
        reach.add_all();
        let finding = finding(rule, service, slot, &ports).with_related(holder, holder.head(), "has these ports");
        let callers = callers.get_or_insert_with(|| incoming_ports(world, registry, service, &clients));
        let Some(callers) = callers else {
            let finding = finding.as_bad_as(Severity::Warning);
            return Some(finding.assuming("requests come in at a port that it does not have"));
        };
        let lost = callers.iter().find(|port| !ports.contains(port))?;
        let message = format!("requests that come in at port {lost} have no port to go to: {}", finding.message);
        Some(Finding { message, ..finding })
    });
    findings.collect()
}

fn finding(rule: &RuleInfo, service: &Resource, slot: Slot<'_>, ports: &[i64]) -> Finding {
    let listed = ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let message = format!("the host {:?} has the ports {listed}, and the destination names none", slot.host());
    rule.finding(service, slot.place().span, message).with_help("name the port of the destination by its number")
}

/// The ports at which requests for a VirtualService come in: those of its hosts in the mesh, and those of its gateways.
/// `None` when one of them is not known.
fn incoming_ports(
    world: &World,
    registry: &Registry,
    service: &Resource,
    clients: &[Arc<str>],
) -> Option<BTreeSet<i64>> {
    let own = service.namespace_or_default();
    let gateways = service.items(&["spec", "gateways"]);
    let mut ports = BTreeSet::new();
    if gateways.is_empty() || gateways.iter().any(|gateway| gateway.as_str() == Some(MESH)) {
        for host in service.items(&["spec", "hosts"]).iter().filter_map(Node::as_str) {
            let holders = registry.holders(Host::parse(host, own), clients);
            holders.first()?;
            ports.extend(holders.into_iter().flat_map(|holder| offered_ports(holder)));
        }
    }
    for gateway in gateways.iter().filter_map(Node::as_str).filter(|gateway| *gateway != MESH) {
        let gateway = find_named(world, GATEWAY, named_gateway(gateway, own, false))?;
        let servers = gateway.items(&["spec", "servers"]).iter();
        ports.extend(servers.map(|server| number(server.at(&["port", "number"]))));
    }
    (!ports.is_empty()).then_some(ports)
}
