//! MSH272 `virtualservices-share-gateway-host`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::{Facet, Facets, Settings};
use meshery_core::{Finding, RuleInfo, Severity, Span, World};

use crate::analyze::Rule;
use crate::analyze::istio::{MESH, host_key, named_gateway};
use crate::analyze::kinds::VIRTUAL_SERVICE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH272",
    name: "virtualservices-share-gateway-host",
    severity: Severity::Warning,
    summary: "Several VirtualServices of a gateway take all requests for the same host",
    why: "
The routes of several VirtualServices for one host of a gateway are put together in an order that nobody says. That
goes well as long as each of them matches other requests. Of several that have a route without `match`, one takes what
is left, and those of the others are never reached.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [public], http: [{ route: [{ destination: { host: web } }] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: blog, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [public], http: [{ route: [{ destination: { host: blog } }] }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec: { hosts: [shop.example.com], gateways: [public], http: [{ route: [{ destination: { host: web } }] }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: blog, namespace: shop }
spec:
  hosts: [shop.example.com]
  gateways: [public]
  http: [{ match: [{ uri: { prefix: /blog } }], route: [{ destination: { host: blog } }] }]",
    references: &[
        "https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA1106"],
    run,
    ..Rule::NEW
};

/// A gateway, a host of it, and what kind of routes there are.
type Thing = ((String, String), String, &'static str);

/// For what a VirtualService takes all requests, and where the host is.
struct Taken(Vec<(Thing, Span)>);

impl Facet for Taken {
    const KINDS: &'static [Kind<'static>] = &[VIRTUAL_SERVICE];

    fn of(service: &Arc<Resource>, _: &Settings) -> Option<Self> {
        let own = service.namespace_or_default();
        let protocols: Vec<&str> = ["http", "tls", "tcp"].into_iter().filter(|it| takes_all(service, it)).collect();
        let gateways = service.items(&["spec", "gateways"]).iter().filter_map(Node::as_str);
        let mut taken = Vec::new();
        for gateway in gateways.filter(|gateway| *gateway != MESH) {
            let (namespace, name) = named_gateway(gateway, own, false);
            for host in service.items(&["spec", "hosts"]) {
                let full = host_key(host.as_str().unwrap_or_default(), own);
                let things = protocols.iter().map(|it| ((namespace.to_owned(), name.to_owned()), full.clone(), *it));
                taken.extend(things.map(|thing| (thing, host.span)));
            }
        }
        (!taken.is_empty()).then_some(Self(taken))
    }
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let services = world.view::<Facets<Taken>>();
    let mut claims: BTreeMap<&Thing, Vec<(&Resource, Span)>> = BTreeMap::new();
    for (service, taken) in services.iter() {
        for (thing, place) in &taken.0 {
            claims.entry(thing).or_default().push((service, *place));
        }
    }
    let mut found: BTreeMap<(&str, &str), Finding> = BTreeMap::new();
    for (((namespace, gateway), _, _), claims) in &claims {
        let Some((first, there)) = claims.first() else { continue };
        let Some((second, here)) = claims.iter().find(|(service, _)| !is_same(service, first)) else { continue };
        for (service, host) in claims {
            let (other, place) = if is_same(service, first) { (second, here) } else { (first, there) };
            let key = (service.namespace_or_default(), &*service.name);
            found.entry(key).or_insert_with(|| {
                let message =
                    format!("{other} takes all requests for this host of gateway \"{namespace}/{gateway}\", too");
                let finding = rule.finding(service, *host, message);
                let finding = finding.with_help("make one VirtualService of them, or let one match fewer requests");
                finding.with_related(other, *place, "the same host")
            });
        }
    }
    found.into_values().collect()
}

fn is_same(a: &Resource, b: &Resource) -> bool {
    a.name == b.name && a.namespace_or_default() == b.namespace_or_default()
}

/// Whether a VirtualService has a route of this kind that asks nothing of a request.
fn takes_all(service: &Resource, protocol: &str) -> bool {
    let rules = service.items(&["spec", protocol]);
    rules.iter().any(|rule| rule.get("match").is_none_or(Node::is_empty))
}
