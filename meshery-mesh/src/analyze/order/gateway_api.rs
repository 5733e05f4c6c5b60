//! What the objects of the Gateway API have and need.

use meshery_core::Span;
use meshery_core::resource::{Kind, Node, Resource};

use super::istio::{guard, need_service};
use super::thing::{Harm, Links, Thing, What, itself};
use crate::analyze::kinds::{CONFIG_MAP, GATEWAY_CLASS, K8S_GATEWAY, SECRET, SERVICE};

/// An object that another names, with what the API takes for granted.
struct Reference<'a> {
    kind: Kind<'a>,
    namespace: &'a str,
    name: &'a str,
    span: Span,
}

impl<'a> Reference<'a> {
    fn of(node: &'a Node, own: &'a str, default: Kind<'a>) -> Option<Self> {
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        let name = text("name").filter(|name| !name.is_empty())?;
        let group = text("group").unwrap_or(default.group);
        let kind = Kind::new(if group == "core" { "" } else { group }, text("kind").unwrap_or(default.name));
        Some(Self { kind, namespace: text("namespace").unwrap_or(own), name, span: node.span })
    }

    /// The leave that it takes to name it from another namespace.
    fn need_grant(&self, by: &Resource, links: &mut Links) {
        let own = by.namespace_or_default();
        if own == self.namespace {
            return;
        }
        let part = format!("{} in {own}", by.kind());
        let named =
            [self.name, "*"].map(|name| Thing::new(What::Grant, granted(self.kind, self.namespace, name), &*part));
        links.need(named.to_vec(), self.span, Harm::Traffic);
    }
}

fn granted(kind: Kind<'_>, namespace: &str, name: &str) -> String {
    format!("{kind} {namespace}/{name}")
}

/// A Gateway: its class, its certificates; and its listeners, for routes.
pub(super) fn gateway(gateway: &Resource, links: &mut Links) {
    let own = gateway.namespace_or_default();
    let this = itself(gateway).to_string();
    if let Some((class, name)) =
        gateway.root.at(&["spec", "gatewayClassName"]).and_then(|class| Some((class, class.as_str()?)))
    {
        links.need_object(GATEWAY_CLASS, ("default", name), class.span, Harm::Idle);
    }
    for listener in gateway.items(&["spec", "listeners"]) {
        if let Some(name) = listener.get("name").and_then(Node::as_str) {
            links.has.push(Thing::new(What::Listener, &*this, name));
        }
        let certificates = listener.at(&["tls", "certificateRefs"]).map(Node::items).unwrap_or_default();
        for certificate in certificates.iter().filter_map(|it| Reference::of(it, own, SECRET)) {
            certificate.need_grant(gateway, links);
            let name = (certificate.namespace, certificate.name);
            links.need_object(certificate.kind, name, certificate.span, Harm::Traffic);
        }
    }
    need_guard(gateway, links);
}

/// A route of any protocol: parents, backends, filters.
pub(super) fn route(route: &Resource, links: &mut Links) {
    let own = route.namespace_or_default();
    for (node, parent) in
        route.items(&["spec", "parentRefs"]).iter().filter_map(|it| Some((it, Reference::of(it, own, K8S_GATEWAY)?)))
    {
        links.need_object(parent.kind, (parent.namespace, parent.name), parent.span, Harm::Idle);
        let section = node.get("sectionName").and_then(|section| Some((section, section.as_str()?)));
        if let Some((place, section)) = section.filter(|_| parent.kind == K8S_GATEWAY) {
            let owner = Thing::object(parent.kind, parent.namespace, parent.name).to_string();
            links.need(vec![Thing::new(What::Listener, owner, section)], place.span, Harm::Idle);
        }
    }
    for rule in route.items(&["spec", "rules"]) {
        let list = |key: &str| rule.get(key).map(Node::items).unwrap_or_default();
        for backend in list("backendRefs") {
            need_backend(route, backend, links);
        }
        for filter in list("filters") {
            if let Some(mirror) = filter.at(&["requestMirror", "backendRef"]) {
                need_backend(route, mirror, links);
            }
            let Some(extension) = filter.get("extensionRef") else { continue };
            if let Some(it) = Reference::of(extension, own, Kind::new("", "")) {
                links.need_object(it.kind, (it.namespace, it.name), it.span, Harm::Traffic);
            }
        }
    }
    need_guard(route, links);
}

fn need_backend(route: &Resource, node: &Node, links: &mut Links) {
    let Some(backend) = Reference::of(node, route.namespace_or_default(), SERVICE) else { return };
    backend.need_grant(route, links);
    let name = (backend.namespace, backend.name);
    // A backend that gets no requests needs nothing that answers.
    if node.get("weight").and_then(Node::as_int) == Some(0) {
        links.need_object(backend.kind, name, backend.span, Harm::Idle);
    } else if backend.kind == SERVICE {
        need_service(name, node.get("port"), backend.span, links);
    } else {
        links.need_object(backend.kind, name, backend.span, Harm::Traffic);
    }
}

/// An object that policies are for: with what is to be checked there should be what checks it.
pub(super) fn need_guard(target: &Resource, links: &mut Links) {
    let guard = Thing::guard(target.kind(), target.namespace_or_default(), &target.name);
    links.need(vec![guard], target.head(), Harm::Guard);
}

/// Leaves to name objects from other namespaces.
pub(super) fn reference_grant(grant: &Resource, links: &mut Links) {
    let own = grant.namespace_or_default();
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
    for from in grant.items(&["spec", "from"]) {
        let (group, kind) = (text(from, "group"), text(from, "kind"));
        let part = format!("{} in {}", Kind::new(&group, &kind), text(from, "namespace"));
        for to in grant.items(&["spec", "to"]) {
            let (group, kind) = (text(to, "group"), text(to, "kind"));
            let name = to.get("name").and_then(Node::as_str).unwrap_or("*");
            links.has.push(Thing::new(What::Grant, granted(Kind::new(&group, &kind), own, name), &*part));
        }
    }
}

/// How to speak TLS to a backend: the authorities, and the Service that it is for.
pub(super) fn backend_tls(policy: &Resource, links: &mut Links) {
    let own = policy.namespace_or_default();
    let authorities = policy.items(&["spec", "validation", "caCertificateRefs"]);
    for it in authorities.iter().filter_map(|it| Reference::of(it, own, CONFIG_MAP)) {
        links.need_object(it.kind, (it.namespace, it.name), it.span, Harm::Traffic);
    }
    guard(policy, links);
}
