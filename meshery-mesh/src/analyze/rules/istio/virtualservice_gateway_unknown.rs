//! MSH188 `virtualservice-gateway-unknown`.

use std::collections::BTreeMap;

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::istio::{bindings, matched_bindings};
use crate::analyze::kinds::{GATEWAY, VIRTUAL_SERVICE};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH188",
    name: "virtualservice-gateway-unknown",
    summary: "A VirtualService is for a gateway that does not exist",
    why: "
The routes of such a VirtualService are nowhere: the proxies of the gateway that was meant answer its hosts with 404, and
sidecars do not have it either, unless `mesh` is among its gateways.

A name alone is a Gateway of the VirtualService's own namespace; one of another namespace is `namespace/name`.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews.example.com], gateways: [web], http: [{ route: [{ destination: { host: reviews } }] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: ingress }
spec: { selector: { app: web }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'] }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews.example.com], gateways: [ingress/web], http: [{ route: [{ destination: { host: reviews } }] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: ingress }
spec: { selector: { app: web }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*'] }] }",
    references: &["https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService"],
    meshes: &["istio"],
    aliases: &["IST0101", "KIA1102"],
    upstream: "virtualservice.GatewayAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let elsewhere = world.of(GATEWAY).iter().map(|gateway| (&*gateway.name, gateway.namespace_or_default()));
    let elsewhere: BTreeMap<&str, &str> = elsewhere.collect();
    world.each(VIRTUAL_SERVICE, |service| {
        let all = bindings(world, service).chain(matched_bindings(world, service));
        let unknown = all.filter(|binding| binding.gateway.is_none()).filter_map(|binding| {
            let (namespace, name) = binding.name;
            let message = format!("namespace {namespace:?} has no gateway {name:?}");
            let written = binding.place.as_str().unwrap_or_default();
            let near = near(world, binding.name, elsewhere.get(name), written);
            let finding = rule.finding(service, binding.place.span, message);
            let otherwise = "name a Gateway that exists, or add this one";
            let finding = meant(finding, service, written, near.as_deref(), otherwise);
            let assumed = format!("namespace {namespace:?} has no other gateways than those of the input");
            of_missing(world, world.covers(GATEWAY, namespace), finding, &assumed)
        });
        unknown.collect::<Vec<_>>()
    })
}

/// The gateway that may have been meant: the same elsewhere, or one of a similar name, written as the wrong one is.
fn near(world: &World, (namespace, name): (&str, &str), elsewhere: Option<&&str>, written: &str) -> Option<String> {
    if let Some(elsewhere) = elsewhere {
        return Some(format!("{elsewhere}/{name}"));
    }
    let near = nearest(name, world.within(GATEWAY, namespace).iter().map(|gateway| &*gateway.name))?;
    Some(if written.contains('/') { format!("{namespace}/{near}") } else { near.to_owned() })
}
