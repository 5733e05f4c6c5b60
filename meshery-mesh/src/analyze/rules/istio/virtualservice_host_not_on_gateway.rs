//! MSH189 `virtualservice-host-not-on-gateway`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{bindings, full_host, host_matches, told_namespace};
use crate::analyze::kinds::{K8S_GATEWAY, VIRTUAL_SERVICE};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH189",
    name: "virtualservice-host-not-on-gateway",
    severity: Severity::Warning,
    summary: "A gateway that a VirtualService is for has none of its hosts",
    why: "
A gateway has those hosts that its servers list, and takes from a VirtualService only the routes of hosts that it has. One
that shares no host with the gateway has no effect there: its hosts get no answer, or 404.

A server may list a host for the VirtualServices of one namespace only, as `shop/*.example.com` does or, for the Gateway's
own namespace, `./*.example.com`.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews.example.org], gateways: [web], http: [{ route: [{ destination: { host: reviews } }] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: shop }
spec:
  selector: { app: web }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*.example.com'] }]",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews.example.com], gateways: [web], http: [{ route: [{ destination: { host: reviews } }] }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: shop }
spec:
  selector: { app: web }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*.example.com'] }]",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/gateway/#Server",
        "https://istio.io/latest/docs/reference/config/analysis/ist0132/",
    ],
    meshes: &["istio"],
    aliases: &["IST0132"],
    upstream: "virtualservice.GatewayAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let compatible = world.settings().compatible;
    world.each(VIRTUAL_SERVICE, |service| {
        let hosts = hosts(service, compatible);
        // A delegate has no hosts, and only istioctl complains of a gateway that is not there once more.
        let counts = |gateway: Option<&Resource>| compatible || (gateway.is_some() && !hosts.is_empty());
        let foreign = bindings(world, service).filter(|binding| counts(binding.gateway)).filter(|binding| {
            let namespace = if compatible { told_namespace(service) } else { service.namespace_or_default() };
            !binding.gateway.is_some_and(|gateway| serves(gateway, namespace, &hosts, compatible))
        });
        let findings = foreign.map(|binding| {
            let (namespace, name) = binding.name;
            let message = format!("the gateway \"{namespace}/{name}\" has none of the hosts of this VirtualService");
            let finding = rule.finding(service, binding.place.span, message);
            let finding = finding.with_help("add a host to a server of the gateway, or name another gateway");
            match binding.gateway {
                Some(gateway) => finding.with_related(gateway, place(gateway), "has other hosts"),
                None => finding,
            }
        });
        findings.collect::<Vec<_>>()
    })
}

fn place(gateway: &Resource) -> meshery_core::Span {
    let key = if gateway.kind() == K8S_GATEWAY { "listeners" } else { "servers" };
    gateway.root.at(&["spec", key]).map_or(gateway.head(), |servers| servers.span)
}

/// The hosts, and outside of istioctl also the full names of those that mean Services.
fn hosts(service: &Resource, compatible: bool) -> Vec<String> {
    let hosts = service.items(&["spec", "hosts"]).iter().filter_map(Node::as_str);
    let full = hosts.clone().filter(|_| !compatible).map(|host| full_host(host, service.namespace_or_default()));
    hosts.map(String::from).chain(full).collect()
}

/// Whether a gateway has one of these hosts for VirtualServices of a namespace.
fn serves(gateway: &Resource, namespace: &str, hosts: &[String], compatible: bool) -> bool {
    let matches = |offered: &str| hosts.iter().any(|host| host_matches(offered, host));
    if gateway.kind() == K8S_GATEWAY {
        let mut names = gateway
            .items(&["spec", "listeners"])
            .iter()
            .map(|listener| listener.get("hostname").and_then(Node::as_str).unwrap_or_default());
        return names.any(|name| name.is_empty() || matches(name));
    }
    let own = if compatible { told_namespace(gateway) } else { gateway.namespace_or_default() };
    let servers = gateway.items(&["spec", "servers"]).iter();
    let mut offered = servers.flat_map(|server| server.get("hosts").map(Node::items).unwrap_or_default());
    offered.any(|offer| match offer.as_str().map(|text| (text, text.split_once('/'))) {
        None => false,
        Some((text, None)) => matches(text),
        Some((_, Some((to, name)))) => {
            (to == "*" || to == namespace || (to == "." && own == namespace)) && matches(name)
        }
    })
}
