//! What Istio's objects have and need.

use meshery_core::Span;
use meshery_core::resource::{Kind, Node, Resource};

use super::state::{full, names};
use super::thing::{Harm, Links, Thing, What};
use crate::analyze::istio::{MESH, is_internal, named_gateway, slots, whole_number};
use crate::analyze::kinds::{GATEWAY, K8S_GATEWAY, SECRET, SERVICE, VIRTUAL_SERVICE};
use crate::analyze::{Source, yaml};

/// Names and ports of the services outside.
pub(super) fn service_entry(entry: &Resource, links: &mut Links) {
    let ports = || entry.items(&["spec", "ports"]).iter().filter_map(|port| port.get("number").and_then(whole_number));
    for host in entry.items(&["spec", "hosts"]).iter().filter_map(Node::as_str) {
        let name = if host.contains('.') || host.starts_with('*') {
            host.to_owned()
        } else {
            full(host, entry.namespace_or_default())
        };
        links.has.extend(ports().map(|port| Thing::new(What::Port, &*name, port.to_string())));
        links.has.push(Thing::new(What::Host, name, ""));
    }
}

/// Subsets; and Secrets with which clients show who they are.
pub(super) fn destination_rule(rule: &Resource, links: &mut Links) {
    let own = rule.namespace_or_default();
    let host = full(rule.text(&["spec", "host"]).unwrap_or_default(), own);
    let subsets = rule.items(&["spec", "subsets"]);
    for subset in subsets.iter().filter_map(|subset| subset.get("name").and_then(Node::as_str)) {
        links.has.push(Thing::new(What::Subset, &*host, subset));
    }
    let policies = subsets.iter().filter_map(|subset| subset.get("trafficPolicy"));
    for policy in policies.chain(rule.root.at(&["spec", "trafficPolicy"])) {
        let ports = policy.get("portLevelSettings").map(Node::items).unwrap_or_default();
        for part in ports.iter().chain([policy]) {
            let Some(credential) = part.at(&["tls", "credentialName"]) else { continue };
            secret_anywhere(credential, links);
        }
    }
}

/// Hosts with their ports, subsets and workloads, gateways, and delegates.
pub(super) fn virtual_service(service: &Resource, links: &mut Links) {
    let own = service.namespace_or_default();
    for slot in slots(service).filter(|slot| !slot.host().is_empty()) {
        let hosts = names(slot.host(), own);
        let port = slot.port().and_then(|port| Some((port, whole_number(port.get("number")?)?)));
        if let Some((place, number)) = port {
            let ports = hosts.iter().map(|host| Thing::new(What::Port, &**host, number.to_string()));
            links.need(ports.collect(), place.span, Harm::Traffic);
        }
        if let Some(place) = slot.field("subset").filter(|_| !slot.subset().is_empty()) {
            let subsets = hosts.iter().map(|host| Thing::new(What::Subset, &**host, slot.subset()));
            links.need(subsets.collect(), place.span, Harm::Traffic);
        }
        let pods = Thing::new(What::Pods, full(slot.host(), own), slot.subset());
        links.need(vec![pods], slot.place().span, Harm::Traffic);
        let hosts = hosts.into_iter().map(|host| Thing::new(What::Host, host, ""));
        links.need(hosts.collect(), slot.place().span, Harm::Traffic);
    }
    for place in service.items(&["spec", "gateways"]) {
        let Some(text) = place.as_str().filter(|text| *text != MESH && !is_internal(text)) else { continue };
        let (namespace, name) = named_gateway(text, own, false);
        let either = [GATEWAY, K8S_GATEWAY].map(|kind| Thing::object(kind, namespace, name));
        links.need(either.to_vec(), place.span, Harm::Idle);
    }
    for delegate in service.items(&["spec", "http"]).iter().filter_map(|http| http.get("delegate")) {
        let text = |key: &str| delegate.get(key).and_then(Node::as_str);
        let Some(name) = text("name") else { continue };
        let namespace = text("namespace").unwrap_or(own);
        links.need_object(VIRTUAL_SERVICE, (namespace, name), delegate.span, Harm::Traffic);
    }
}

/// Certificates.
pub(super) fn gateway(gateway: &Resource, links: &mut Links) {
    for tls in gateway.items(&["spec", "servers"]).iter().filter_map(|server| server.get("tls")) {
        let several = tls.get("credentialNames").map(Node::items).unwrap_or_default();
        tls.get("credentialName").into_iter().chain(several).for_each(|place| secret_anywhere(place, links));
    }
}

/// A Secret of this name in whatever namespace the proxies are in: that of the gateway's workloads, or the clients'.
fn secret_anywhere(place: &Node, links: &mut Links) {
    let Some(text) = place.as_str().filter(|text| !text.is_empty() && !text.contains("://")) else { return };
    match text.split_once('/') {
        Some(name) => links.need_object(SECRET, name, place.span, Harm::Traffic),
        None => links.need(vec![Thing::object(SECRET, "*", text)], place.span, Harm::Traffic),
    }
}

/// A policy that checks requests: who is asked, and what it is for.
pub(super) fn authorization(policy: &Resource, links: &mut Links) {
    if let Some(provider) = policy.root.at(&["spec", "provider", "name"]) {
        provider_named(provider, links);
    }
    guard(policy, links);
}

/// A policy is for what its targets name; without them it is not told for what.
pub(super) fn guard(policy: &Resource, links: &mut Links) {
    let several = policy.items(&["spec", "targetRefs"]);
    for target in policy.root.at(&["spec", "targetRef"]).into_iter().chain(several) {
        let text = |key: &str| target.get(key).and_then(Node::as_str).unwrap_or_default();
        let group = if text("group") == "core" { "" } else { text("group") };
        let namespace = target.get("namespace").and_then(Node::as_str).unwrap_or(policy.namespace_or_default());
        let kind = Kind::new(group, text("kind"));
        links.has.push(Thing::guard(kind, namespace, text("name")));
        links.need_object(kind, (namespace, text("name")), target.span, Harm::Orphan);
    }
}

/// Who takes traces, metrics and logs.
pub(super) fn telemetry(telemetry: &Resource, links: &mut Links) {
    for part in ["tracing", "metrics", "accessLogging"] {
        for entry in telemetry.items(&["spec", part]) {
            for provider in entry.get("providers").map(Node::items).unwrap_or_default() {
                if let Some(name) = provider.get("name") {
                    provider_named(name, links);
                }
            }
        }
    }
}

fn provider_named(place: &Node, links: &mut Links) {
    let Some(name) = place.as_str().filter(|name| !name.is_empty()) else { return };
    links.need(vec![Thing::new(What::Provider, name, "")], place.span, Harm::Traffic);
}

/// A configuration of a mesh in a ConfigMap: its providers.
pub(super) fn config_map(map: &Resource, links: &mut Links) {
    let Some(text) = map.text(&["data", "mesh"]) else { return };
    for mesh in yaml::read(&Source::new("mesh", text)).into_iter().flatten() {
        providers(&mesh, links);
    }
}

/// The configuration of a mesh as the look was told it.
pub(super) fn mesh_config(config: &Resource, links: &mut Links) {
    providers(&config.root, links);
}

/// A control plane that an operator installs.
pub(super) fn installation(object: &Resource, links: &mut Links) {
    for path in [["spec", "meshConfig"].as_slice(), &["spec", "values", "meshConfig"]] {
        if let Some(mesh) = object.root.at(path) {
            providers(mesh, links);
        }
    }
}

fn providers(mesh: &Node, links: &mut Links) {
    let listed = mesh.get("extensionProviders").map(Node::items).unwrap_or_default();
    let names = listed.iter().filter_map(|provider| provider.get("name").and_then(Node::as_str));
    links.has.extend(names.map(|name| Thing::new(What::Provider, name, "")));
}

/// The host, port and workloads of a Service of Kubernetes.
pub(super) fn need_service((namespace, name): (&str, &str), port: Option<&Node>, span: Span, links: &mut Links) {
    let host = full(name, namespace);
    if let Some((place, number)) = port.and_then(|port| Some((port, whole_number(port)?))) {
        links.need(vec![Thing::new(What::Port, &*host, number.to_string())], place.span, Harm::Traffic);
    }
    links.need(vec![Thing::new(What::Pods, host, "")], span, Harm::Traffic);
    links.need_object(SERVICE, (namespace, name), span, Harm::Traffic);
}
