//! MSH267 `authorization-host-unknown`.

use std::collections::BTreeSet;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::istio::{Breadth, Host, MeshHosts, Registry, Visibility, breadth, host_key};
use crate::analyze::kinds::{
    AUTHORIZATION_POLICY, GATEWAY, GRPC_ROUTE, HTTP_ROUTE, K8S_GATEWAY, SERVICE_ENTRY, TLS_ROUTE, VIRTUAL_SERVICE,
};
use crate::analyze::kubernetes::Services;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH267",
    name: "authorization-host-unknown",
    category: Category::Security,
    summary: "An AuthorizationPolicy is for requests to a host that nobody in the mesh has",
    why: "
`hosts` is compared with the host that a request names. Requests for a host that no Service, no ServiceEntry, no
VirtualService, no route and no Gateway has reach no workload, so that the rule is never met: an ALLOW rule allows
nothing, a DENY rule denies nothing.

A port after the host is not looked at, nor are patterns with a `*` elsewhere than at the beginning.",
    bad: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: carts, namespace: shop }
spec: { rules: [{ to: [{ operation: { hosts: [cart.shop.svc.cluster.local] } }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: carts, namespace: shop }",
    good: "
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: carts, namespace: shop }
spec: { rules: [{ to: [{ operation: { hosts: [carts.shop.svc.cluster.local] } }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: carts, namespace: shop }",
    references: &[
        "https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0104"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let policies = world.of(AUTHORIZATION_POLICY);
    if policies.iter().all(|policy| hosts(policy).next().is_none()) {
        return Vec::new();
    }
    let known = known_hosts(world);
    let meeting = MeshHosts::new(known.iter().map(|host| (host.as_str(), &[] as &[usize])));
    let registry = world.view::<Registry>();
    let mut findings = Vec::new();
    for policy in policies {
        let own = policy.namespace_or_default();
        for (node, text) in hosts(policy) {
            let host = text.split_once(':').map_or(text, |(host, _)| host);
            let inner = host.strip_prefix('*').unwrap_or(host);
            let parsed = Host::parse(host, own);
            // Whose a name of the outer world is, or one with a wildcard, cannot be told: a gateway may serve it.
            if parsed.as_service().is_none() || host.starts_with('*') {
                continue;
            }
            if inner.is_empty() || inner.contains('*') || meeting.meets(&host_key(host, own)) || meeting.meets(host) {
                continue;
            }
            if breadth(host) == Some(Breadth::Namespace(own)) {
                continue;
            }
            if registry.look_up(parsed, &[own.into()]) != Visibility::Unknown {
                continue;
            }
            let near = nearest(host, known.iter().map(String::as_str));
            let finding = meant(
                rule.finding(policy, node.span, format!("nobody has the host {host:?}")),
                policy,
                host,
                near,
                "name the host that requests to the workload name".to_owned(),
            );
            let read = match parsed.as_service() {
                Some((_, namespace)) => registry.covers(namespace),
                None => registry.entry_hosts().next().is_some(),
            };
            findings.extend(of_missing(world, read, finding, "nobody outside the input has the host"));
        }
    }
    findings
}

/// The hosts that a policy names, each with its place.
fn hosts(policy: &Resource) -> impl Iterator<Item = (&Node, &str)> {
    let rules = policy.items(&["spec", "rules"]).iter();
    let operations = rules.filter_map(|rule| rule.get("to")).flat_map(Node::items).filter_map(|to| to.get("operation"));
    let named = operations.filter_map(|operation| operation.get("hosts")).flat_map(Node::items);
    named.filter_map(|node| Some((node, node.as_str()?)))
}

/// All hosts of the world, in full.
fn known_hosts(world: &World) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for service in world.view::<Services>().iter() {
        known.insert(host_key(&service.object.name, service.namespace()));
    }
    for kind in [SERVICE_ENTRY, VIRTUAL_SERVICE] {
        for object in world.of(kind) {
            for host in object.items(&["spec", "hosts"]).iter().filter_map(Node::as_str) {
                known.extend([host.to_owned(), host_key(host, object.namespace_or_default())]);
            }
        }
    }
    for kind in [GRPC_ROUTE, HTTP_ROUTE, TLS_ROUTE] {
        let routes = world.of(kind).iter();
        let hosts = routes.flat_map(|route| route.items(&["spec", "hostnames"])).filter_map(Node::as_str);
        known.extend(hosts.map(String::from));
    }
    for listener in world.of(K8S_GATEWAY).iter().flat_map(|gateway| gateway.items(&["spec", "listeners"])) {
        known.extend(listener.get("hostname").and_then(Node::as_str).map(String::from));
    }
    for server in world.of(GATEWAY).iter().flat_map(|gateway| gateway.items(&["spec", "servers"])) {
        let hosts = server.get("hosts").map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str);
        known.extend(hosts.map(|host| host.rsplit('/').next().unwrap_or(host).to_owned()));
    }
    known.remove("");
    known
}
