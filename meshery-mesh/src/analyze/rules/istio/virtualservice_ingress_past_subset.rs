//! MSH186 `ingress-route-past-subset`.

use std::collections::HashMap;
use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::{Facet, Facets, Settings};
use meshery_core::{Finding, RuleInfo, Severity, Span, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Exports, MESH, full_host, http_slots};
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

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let all = world.view::<Facets<Routing>>();
    if all.iter().all(|(_, routing)| routing.whole.is_empty()) {
        return Vec::new();
    }
    let mut splits: HashMap<&str, Vec<(&Arc<Resource>, &Split)>> = HashMap::new();
    for (service, routing) in all.iter() {
        for split in &routing.splits {
            splits.entry(&split.host).or_default().push((service, split));
        }
    }
    let past = |service: &Resource, (host, place): &(String, Span)| {
        let own = service.namespace_or_default();
        let reaches = |(_, split): &&(_, &Split)| world.settings().compatible || split.exports.reach(own);
        let (other, split) = splits.get(host.as_str())?.iter().find(reaches)?;
        let subset = &split.subset;
        let message =
            format!("requests from the gateway go past {other}, which sends those for this host to {subset:?}");
        let finding = rule.finding(service, *place, message);
        let finding = finding.with_help("name the subset here too, or let one VirtualService serve gateway and mesh");
        Some(finding.with_related(other, split.place, "sends requests to a subset"))
    };
    all.iter().flat_map(|(service, routing)| routing.whole.iter().filter_map(|whole| past(service, whole))).collect()
}

/// Where a VirtualService sends requests.
struct Routing {
    /// For each host of its own that it splits, the first route to a subset.
    splits: Vec<Split>,
    /// The routes of a gateway to hosts as a whole, of which the VirtualService is none.
    whole: Vec<(String, Span)>,
}

/// A route of a VirtualService to a subset of a host of its own.
struct Split {
    host: String,
    subset: String,
    place: Span,
    exports: Exports,
}

impl Facet for Routing {
    const KINDS: &'static [Kind<'static>] = &[VIRTUAL_SERVICE];

    fn of(service: &Arc<Resource>, settings: &Settings) -> Option<Self> {
        let compatible = settings.compatible;
        let own_hosts = hosts(service, compatible);
        let (mut splits, mut whole) = (Vec::<Split>::new(), Vec::new());
        let is_of_gateway = is_of_gateway(service, compatible);
        for (http, slot) in http_slots(service) {
            let (host, place) = (named(slot.host(), service, compatible), slot.place().span);
            let is_own = own_hosts.contains(&host);
            if !slot.subset().is_empty() {
                if is_own && splits.iter().all(|split| split.host != host) {
                    let (subset, exports) = (slot.subset().to_owned(), Exports::of_spec(service));
                    splits.push(Split { host, subset, place, exports });
                }
            } else if is_of_gateway && (compatible || (slot.destination.is_some() && !is_own && !is_of_sidecars(http)))
            {
                whole.push((host, place));
            }
        }
        (!splits.is_empty() || !whole.is_empty()).then_some(Self { splits, whole })
    }
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
