//! Gateways whose listeners leave to routes what is done with a request: those of the Gateway API and of Kuma.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::Span;
use meshery_core::resource::Node;
use meshery_core::world::World;

use super::Mesh;
use super::gateway::{Listener, Speaks, number};
use super::kinds::{KUMA_GATEWAY, KUMA_HTTP_ROUTE};
use super::place::{is_true, items, kuma_mesh, text};
use crate::analyze::kinds::{HTTP_ROUTE, K8S_GATEWAY};

/// Classes whose Gateways are the mesh's own ways from workload to workload.
const WITHIN: [&str; 4] = ["istio-east-west", "istio-waypoint", "istio-remote-waypoint", "kgateway-waypoint"];

/// A route of a Gateway, and whether all that it does is to send clients to TLS.
struct Attached<'a> {
    section: Option<&'a str>,
    port: Option<i64>,
    redirects: bool,
}

/// The listeners of Gateways of the Gateway API.
pub(super) fn gateway_api(world: &World) -> Vec<Listener> {
    let mut attached: BTreeMap<(&str, &str), Vec<Attached<'_>>> = BTreeMap::new();
    for route in world.of(HTTP_ROUTE) {
        let rules = route.items(&["spec", "rules"]);
        let redirects = !rules.is_empty() && rules.iter().all(sends_to_tls);
        for parent in route.items(&["spec", "parentRefs"]) {
            if matches!(text(parent, &["kind"]), None | Some("Gateway")) {
                let namespace = text(parent, &["namespace"]).unwrap_or(route.namespace_or_default());
                let name = text(parent, &["name"]).unwrap_or_default();
                let (section, port) = (text(parent, &["sectionName"]), parent.get("port").and_then(Node::as_int));
                attached.entry((namespace, name)).or_default().push(Attached { section, port, redirects });
            }
        }
    }
    let mut found = Vec::new();
    for gateway in world.of(K8S_GATEWAY) {
        if gateway.text(&["spec", "gatewayClassName"]).is_some_and(|class| WITHIN.contains(&class)) {
            continue;
        }
        let routes =
            attached.get(&(gateway.namespace_or_default(), &*gateway.name)).map(Vec::as_slice).unwrap_or_default();
        for node in gateway.items(&["spec", "listeners"]) {
            let speaks = match (text(node, &["protocol"]), text(node, &["tls", "mode"])) {
                (Some("HTTP"), _) => Speaks::Http,
                (Some("HTTPS"), _) | (Some("TLS"), None | Some("Terminate")) => Speaks::Tls,
                _ => Speaks::Other,
            };
            let (name, port) = (text(node, &["name"]), number(node));
            let is_on = |it: &&Attached<'_>| {
                it.section.is_none_or(|section| Some(section) == name) && it.port.is_none_or(|other| other == port)
            };
            let mut here = routes.iter().filter(is_on).peekable();
            let redirects = here.peek().is_some().then(|| here.all(|it| it.redirects));
            let from = node.at(&["allowedRoutes", "namespaces", "from"]).filter(|from| from.as_str() == Some("All"));
            let hosts = host(node);
            let open = from.filter(|_| hosts.is_empty()).map(|from| from.span);
            found.push(Listener {
                mesh: Mesh::GatewayApi,
                object: Arc::clone(gateway),
                node: node.clone(),
                port,
                speaks,
                hosts,
                open,
                redirects,
            });
        }
    }
    found
}

/// The host of a listener, if it names one.
fn host(listener: &Node) -> Vec<(Arc<str>, Span)> {
    let node = listener.get("hostname").filter(|node| !node.is_empty());
    node.and_then(|node| Some((node.as_str()?.into(), node.span))).into_iter().collect()
}

/// Whether a rule of a route sends clients to TLS.
fn sends_to_tls(rule: &Node) -> bool {
    items(rule, &["filters"]).iter().any(|filter| text(filter, &["requestRedirect", "scheme"]) == Some("https"))
}

/// The listeners of Kuma's own gateways.
pub(super) fn kuma(world: &World) -> Vec<Listener> {
    let mut routes: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for route in world.of(KUMA_HTTP_ROUTE) {
        let target = route.root.at(&["spec", "targetRef"]);
        let name = target.filter(|it| text(it, &["kind"]) == Some("MeshGateway")).and_then(|it| text(it, &["name"]));
        let rules = route.items(&["spec", "to"]).iter().flat_map(|to| items(to, &["rules"]));
        let sends = rules.filter_map(|rule| rule.get("default")).any(sends_to_tls);
        if let Some(name) = name {
            *routes.entry((kuma_mesh(route), name)).or_default() |= sends;
        }
    }
    let mut found = Vec::new();
    for gateway in world.of(KUMA_GATEWAY) {
        let redirects = routes.get(&(kuma_mesh(gateway), &*gateway.name)).copied();
        for node in gateway.items(&["spec", "conf", "listeners"]) {
            // What only another mesh may call has no clients outside.
            if is_true(node, &["crossMesh"]) {
                continue;
            }
            let speaks = match (text(node, &["protocol"]), text(node, &["tls", "mode"])) {
                (Some("HTTP"), _) => Speaks::Http,
                (Some("HTTPS"), _) | (Some("TLS"), Some("TERMINATE")) => Speaks::Tls,
                _ => Speaks::Other,
            };
            found.push(Listener {
                mesh: Mesh::Kuma,
                object: Arc::clone(gateway),
                node: node.clone(),
                port: number(node),
                speaks,
                hosts: host(node),
                open: None,
                redirects,
            });
        }
    }
    found
}
