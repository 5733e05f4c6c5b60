//! MSH624 `consul-listener-contradictory`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::consul::values::dns::is_domain;
use crate::analyze::consul::{Checks, checked, flag, is_set, items, text, texts};
use crate::analyze::kinds::INGRESS_GATEWAY;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH624",
    name: "consul-listener-contradictory",
    summary: "A listener of an IngressGateway wants of TCP what only HTTP can do",
    why: "
Over plain TCP nobody says which host is meant, so that a listener of the protocol `tcp` serves one service, without hosts.
Serving all services by `*` takes `http`, and has no hosts of its own either: each service is reached by its name. The admission
webhook refuses anything else.",
    bad: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: IngressGateway
metadata: { name: ingress, namespace: shop }
spec: { listeners: [{ port: 8080, protocol: tcp, services: [{ name: web, hosts: [web.example.com] }] }] }",
    good: "
apiVersion: consul.hashicorp.com/v1alpha1
kind: IngressGateway
metadata: { name: ingress, namespace: shop }
spec: { listeners: [{ port: 8080, protocol: http, services: [{ name: web, hosts: [web.example.com] }] }] }
---
apiVersion: consul.hashicorp.com/v1alpha1
kind: ServiceDefaults
metadata: { name: web, namespace: shop }
spec: { protocol: http }",
    references: &["https://developer.hashicorp.com/consul/docs/connect/config-entries/ingress-gateway"],
    meshes: &["consul"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    checked(world, rule, &[(INGRESS_GATEWAY, check)])
}

fn check(checks: &mut Checks<'_>, spec: &Node) {
    let is_encrypted = spec.get("tls").is_some_and(|tls| flag(tls, "enabled"));
    for listener in items(spec, "listeners") {
        let protocol = text(listener, "protocol");
        let services = items(listener, "services");
        if protocol == "tcp" && services.len() > 1 {
            let message = format!("a listener of tcp serves one service, not {}", services.len());
            checks.at(listener, "services", message, "keep one service, or make the protocol http");
        }
        for service in services {
            let is_all = text(service, "name") == "*";
            if is_all && protocol != "http" {
                let message = "all services at once take the protocol http";
                checks.at(service, "name", message, "name one service, or make the protocol http");
            }
            if is_set(service, "hosts") && (is_all || protocol == "tcp") {
                let what = if is_all { "all services at once" } else { "a service over tcp" };
                checks.at(service, "hosts", format!("{what} cannot have hosts"), "take the hosts away");
            }
            hosts(checks, service, is_encrypted);
        }
    }
}

/// Only Consul's servers look at the hosts themselves.
fn hosts(checks: &mut Checks<'_>, service: &Node, is_encrypted: bool) {
    let is_wrong = |host: &str| {
        if host == "*" {
            return is_encrypted;
        }
        !is_domain(host) || host.strip_prefix("*.").unwrap_or(host).contains('*')
    };
    if texts(service, "hosts").any(is_wrong) {
        for host in items(service, "hosts").iter().filter(|host| host.as_str().is_some_and(is_wrong)) {
            let message = format!("{:?} is no host that a gateway can serve", host.as_str().unwrap_or_default());
            checks.on(host, message, "name a host, with * as its first label at most");
            checks.when_synced();
        }
    }
}
