//! MSH186 `ingress-route-past-subset`.

use std::collections::HashMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Exports, MESH, Slot, full_host, http_slots};
use crate::analyze::kinds::VIRTUAL_SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH186",
    name: "ingress-route-past-subset",
    severity: Severity::Warning,
    summary: "A gateway routes to a host as a whole, though a VirtualService of the host sends requests to a subset",
    why: "
A gateway looks for the routes of the host that was called from outside, and sends the request on. It does not then look for
the routes of the host that it sends to: what a VirtualService of that host says of subsets, for example that only v1 gets
requests, holds inside of the mesh and not for what comes in through the gateway. Requests reach versions that were not
meant to get any.

Left alone are a route that only sidecars use, a VirtualService that has the destination among its own hosts, as one for
egress has, and one that is private to another namespace.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [web], http: [{ route: [{ destination: { host: reviews } }] }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [web], http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }] }",
    references: &[
        "https://istio.io/latest/docs/ops/common-problems/network-issues/#route-rules-have-no-effect-on-ingress-gateway-requests",
        "https://istio.io/latest/docs/reference/config/analysis/ist0140/",
    ],
    meshes: &["istio"],
    aliases: &["IST0140"],
    upstream: "virtualservice.DestinationHostAnalyzer",
    run,
    ..Rule::NEW
};

/// A route of a VirtualService to a subset of a host of its own.
struct Split<'a> {
    service: &'a Arc<Resource>,
    slot: Slot<'a>,
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    let mut splits: HashMap<String, Vec<Split<'_>>> = HashMap::new();
    for service in world.of(VIRTUAL_SERVICE) {
        let own_hosts = hosts(service, compatible);
        for (_, slot) in http_slots(service).filter(|(_, slot)| !slot.subset().is_empty()) {
            let host = named(slot.host(), service, compatible);
            // One for each VirtualService is enough.
            let known = splits.get(&host).and_then(|splits| splits.last());
            let is_new = known.is_none_or(|split| !Arc::ptr_eq(split.service, service));
            if is_new && own_hosts.contains(&host) {
                splits.entry(host).or_default().push(Split { service, slot });
            }
        }
    }
    let services = world.of(VIRTUAL_SERVICE).iter().filter(|service| is_of_gateway(service, compatible));
    let findings = services.flat_map(|service| {
        let whole = http_slots(service).filter(|(_, slot)| slot.subset().is_empty());
        let whole = whole.filter(|(http, slot)| compatible || (slot.destination.is_some() && !is_of_sidecars(http)));
        whole.filter_map(|(_, slot)| past(rule, &splits, service, slot, compatible)).collect::<Vec<_>>()
    });
    findings.collect()
}

fn past(
    rule: &RuleInfo,
    splits: &HashMap<String, Vec<Split<'_>>>,
    service: &Resource,
    slot: Slot<'_>,
    compatible: bool,
) -> Option<Finding> {
    let host = named(slot.host(), service, compatible);
    if !compatible && hosts(service, compatible).contains(&host) {
        return None;
    }
    let own = service.namespace_or_default();
    let reaches = |split: &&Split<'_>| compatible || Exports::of_spec(split.service).reach(own);
    let split = splits.get(&host)?.iter().find(reaches)?;
    let (other, subset) = (split.service, split.slot.subset());
    let message = format!("requests from the gateway go past {other}, which sends those for this host to {subset:?}");
    let finding = rule.finding(service, slot.place().span, message);
    let finding = finding.with_help("name the subset here too, or let one VirtualService serve gateway and mesh");
    Some(finding.with_related(other, split.slot.place().span, "sends requests to a subset"))
}

/// A host to compare: for istioctl the text alone.
fn named(host: &str, service: &Resource, compatible: bool) -> String {
    if compatible { host.into() } else { full_host(host, service.namespace_or_default()) }
}

fn hosts(service: &Resource, compatible: bool) -> Vec<String> {
    let hosts = service.items(&["spec", "hosts"]).iter().filter_map(Node::as_str);
    hosts.map(|host| named(host, service, compatible)).collect()
}

/// Whether it is for a gateway. For istioctl all sidecars are one, if it says so.
fn is_of_gateway(service: &Resource, compatible: bool) -> bool {
    service.items(&["spec", "gateways"]).iter().any(|gateway| compatible || gateway.as_str() != Some(MESH))
}

/// Whether every match of a route asks for the sidecars.
fn is_of_sidecars(http: &Node) -> bool {
    let matches = http.get("match").map(Node::items).unwrap_or_default();
    let is_mesh = |gateways: &Node| gateways.items().iter().all(|gateway| gateway.as_str() == Some(MESH));
    let of_sidecars = |it: &Node| it.get("gateways").is_some_and(|gateways| !gateways.is_empty() && is_mesh(gateways));
    !matches.is_empty() && matches.iter().all(of_sidecars)
}
