//! What the objects of Linkerd, Kuma and Consul have and need.

use meshery_core::resource::{Kind, Node, Resource};

use super::gateway_api::need_guard;
use super::istio::guard;
use super::thing::{Harm, Links, Thing, What};
use crate::analyze::kinds::SECRET;

const POLICY: &str = "policy.linkerd.io";
const KUMA: &str = "kuma.io";
const CONSUL: &str = "consul.hashicorp.com";
/// The kinds that a route of Kuma may send to.
const KUMA_BACKENDS: [&str; 3] = ["MeshService", "MeshExternalService", "MeshMultiZoneService"];
/// What stands for all services where Consul's global defaults say something.
const ALL: &str = "*";

/// A port of Linkerd's: whoever opens it denies everybody that no policy lets through.
pub(super) fn server(server: &Resource, links: &mut Links) {
    need_guard(server, links);
}

/// Who may, and to what.
pub(super) fn linkerd_authorization(policy: &Resource, links: &mut Links) {
    let own = policy.namespace_or_default();
    for place in policy.items(&["spec", "requiredAuthenticationRefs"]) {
        let text = |key: &str| place.get(key).and_then(Node::as_str).unwrap_or_default();
        if text("group") == POLICY {
            let namespace = place.get("namespace").and_then(Node::as_str).unwrap_or(own);
            links.need_object(Kind::new(POLICY, text("kind")), (namespace, text("name")), place.span, Harm::Guard);
        }
    }
    guard(policy, links);
}

/// The former kind of authorization.
pub(super) fn server_authorization(policy: &Resource, links: &mut Links) {
    if let Some(name) = policy.text(&["spec", "server", "name"]) {
        links.has.push(Thing::guard(Kind::new(POLICY, "Server"), policy.namespace_or_default(), name));
    }
}

/// What every object of Kuma needs: its mesh.
pub(super) fn in_mesh(object: &Resource, links: &mut Links) {
    let label = object.root.at(&["metadata", "labels", "kuma.io/mesh"]);
    let name = label.and_then(Node::as_str).or_else(|| object.text(&["mesh"])).unwrap_or("default");
    let span = label.map_or_else(|| object.head(), |label| label.span);
    links.need_object(Kind::new(KUMA, "Mesh"), ("default", name), span, Harm::Refused);
    if matches!(&*object.kind, "MeshTrafficPermission" | "TrafficPermission") {
        links.has.push(Thing::guard(Kind::new(KUMA, "Mesh"), "default", name));
    }
}

/// A mesh that turns on mutual TLS denies everybody that no permission lets through.
pub(super) fn mesh(mesh: &Resource, links: &mut Links) {
    let Some(enabled) = mesh.root.at(&["spec", "mtls", "enabledBackend"]).filter(|it| !it.is_empty()) else { return };
    links.need(vec![Thing::guard(mesh.kind(), "default", &mesh.name)], enabled.span, Harm::Guard);
    for backend in mesh.items(&["spec", "mtls", "backends"]) {
        for part in ["cert", "key"] {
            let Some(place) = backend.at(&["conf", part, "secret"]) else { continue };
            let Some(name) = place.as_str() else { continue };
            links.need(vec![Thing::object(SECRET, ALL, name)], place.span, Harm::Refused);
        }
    }
}

/// Where a route of Kuma sends.
pub(super) fn mesh_route(route: &Resource, links: &mut Links) {
    in_mesh(route, links);
    let own = route.namespace_or_default();
    let rules = route.items(&["spec", "to"]).iter().filter_map(|to| to.get("rules")).flat_map(Node::items);
    let backends = rules.filter_map(|rule| rule.at(&["default", "backendRefs"])).flat_map(Node::items);
    for backend in backends {
        let text = |key: &str| backend.get(key).and_then(Node::as_str);
        let (Some(kind), Some(name)) = (text("kind"), text("name")) else { continue };
        if KUMA_BACKENDS.contains(&kind) {
            let namespace = text("namespace").unwrap_or(own);
            links.need_object(Kind::new(KUMA, kind), (namespace, name), backend.span, Harm::Traffic);
        }
    }
}

/// The subsets of a service of Consul, and where its requests go instead.
pub(super) fn service_resolver(resolver: &Resource, links: &mut Links) {
    let subsets = resolver.root.at(&["spec", "subsets"]).map(Node::fields).unwrap_or_default();
    links.has.extend(subsets.iter().map(|subset| consul_subset(&resolver.name, &subset.key)));
    if let Some(redirect) = resolver.root.at(&["spec", "redirect"]) {
        need_target(redirect, &resolver.name, links);
    }
    let failover = resolver.root.at(&["spec", "failover"]).map(Node::fields).unwrap_or_default();
    for field in failover {
        need_target(&field.value, &resolver.name, links);
    }
}

/// Where a router of Consul sends, and that its service speaks HTTP.
pub(super) fn service_router(router: &Resource, links: &mut Links) {
    for route in router.items(&["spec", "routes"]) {
        if let Some(destination) = route.get("destination") {
            need_target(destination, &router.name, links);
        }
    }
    need_http(router, links);
}

/// Where a splitter of Consul sends, and that its service speaks HTTP.
pub(super) fn service_splitter(splitter: &Resource, links: &mut Links) {
    splitter.items(&["spec", "splits"]).iter().for_each(|split| need_target(split, &splitter.name, links));
    need_http(splitter, links);
}

fn need_target(target: &Node, own: &str, links: &mut Links) {
    let service = target.get("service").and_then(Node::as_str).filter(|name| !name.is_empty()).unwrap_or(own);
    if let Some((place, subset)) = target.get("serviceSubset").and_then(|place| Some((place, place.as_str()?)))
        && !subset.is_empty()
    {
        links.need(vec![consul_subset(service, subset)], place.span, Harm::Refused);
    }
}

fn consul_subset(service: &str, subset: &str) -> Thing {
    Thing::new(What::Subset, service, subset)
}

fn need_http(object: &Resource, links: &mut Links) {
    let any = [&*object.name, ALL].map(|name| Thing::new(What::Http, name, ""));
    links.need(any.to_vec(), object.head(), Harm::Refused);
}

/// What a service of Consul speaks.
pub(super) fn service_defaults(defaults: &Resource, links: &mut Links) {
    if is_http(defaults.text(&["spec", "protocol"])) {
        links.has.push(Thing::new(What::Http, &*defaults.name, ""));
    }
}

/// What all services of Consul speak that say nothing else.
pub(super) fn proxy_defaults(defaults: &Resource, links: &mut Links) {
    if is_http(defaults.text(&["spec", "config", "protocol"])) {
        links.has.push(Thing::new(What::Http, ALL, ""));
    }
}

fn is_http(protocol: Option<&str>) -> bool {
    matches!(protocol, Some("http" | "http2" | "grpc"))
}

/// Who signs the tokens that Consul's intentions ask for.
pub(super) fn service_intentions(intentions: &Resource, links: &mut Links) {
    let sources = intentions.items(&["spec", "sources"]).iter();
    let permissions = sources.filter_map(|source| source.get("permissions")).flat_map(Node::items);
    let asked = permissions.filter_map(|it| it.get("jwt")).chain(intentions.root.at(&["spec", "jwt"]));
    for provider in asked.filter_map(|jwt| jwt.get("providers")).flat_map(Node::items) {
        let Some((place, name)) = provider.get("name").and_then(|place| Some((place, place.as_str()?))) else {
            continue;
        };
        let any = Thing::object(Kind::new(CONSUL, "JWTProvider"), intentions.namespace_or_default(), name);
        links.need(vec![any], place.span, Harm::Refused);
    }
}
