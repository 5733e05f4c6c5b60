//! What Kubernetes' own objects have and need.

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::Labels;

use super::gateway_api::need_guard;
use super::istio::need_service;
use super::state::{State, full, selector_text};
use super::thing::{Harm, Links, Thing, What, itself};
use crate::analyze::istio::whole_number;
use crate::analyze::kinds::{CONFIG_MAP, NAMESPACE, SECRET};
use crate::analyze::kubernetes::template_of;
use meshery_core::resource::Kind;

const SERVICE_ACCOUNT: Kind<'_> = Kind::new("", "ServiceAccount");

/// What every object has and needs: itself, its namespace, the definition of its kind.
pub(super) fn any(object: &Resource, links: &mut Links) {
    links.has.push(itself(object));
    if let Some(namespace) = object.namespace.as_deref() {
        let span = object.root.at(&["metadata", "namespace"]).map_or(object.head(), |namespace| namespace.span);
        links.need_object(NAMESPACE, ("default", namespace), span, Harm::Refused);
    }
    if object.group().contains('.') {
        let kind = Thing::new(What::Definition, &*object.kind, object.group());
        let span = object.root.get("kind").map_or(object.head(), |kind| kind.span);
        links.need(vec![kind], span, Harm::Refused);
    }
}

/// The kind that it defines.
pub(super) fn definition(object: &Resource, links: &mut Links) {
    let kind = object.text(&["spec", "names", "kind"]).unwrap_or_default();
    links.has.push(Thing::new(What::Definition, kind, object.text(&["spec", "group"]).unwrap_or_default()));
}

/// A Secret is also one of its name in any namespace.
pub(super) fn secret(object: &Resource, links: &mut Links) {
    links.has.push(Thing::object(SECRET, "*", &object.name));
}

/// The host and its ports.
pub(super) fn service(service: &Resource, links: &mut Links) {
    let host = full(&service.name, service.namespace_or_default());
    let ports = service.items(&["spec", "ports"]).iter().filter_map(|port| whole_number(port.get("port")?));
    links.has.extend(ports.map(|port| Thing::new(What::Port, &*host, port.to_string())));
    links.has.push(Thing::new(What::Host, host, ""));
    if let Some(place) = service.root.at(&["spec", "selector"]).filter(|selector| !selector.is_empty()) {
        let selector = selector_text(&Labels::of(Some(place)));
        let pods = Thing::new(What::Selected, service.namespace_or_default(), selector);
        links.need(vec![pods], place.span, Harm::Serving);
    }
    need_guard(service, links);
}

/// The hosts that it answers for; and what its pods cannot start without.
pub(super) fn workload(object: &Resource, state: &State, links: &mut Links) {
    let Some(pod) = template_of(object) else { return };
    let namespace = object.namespace_or_default();
    if object.root.at(&["spec", "replicas"]).and_then(Node::as_int) != Some(0) {
        let labels = Labels::of(pod.at(&["metadata", "labels"]));
        let answered = state.answered_by(namespace, &labels).into_iter();
        links.has.extend(answered.map(|(host, subset)| Thing::new(What::Pods, host, subset)));
        let selectors = state.selectors(namespace, &labels).into_iter();
        links.has.extend(selectors.map(|selector| Thing::new(What::Selected, namespace, selector)));
    }
    let Some(spec) = pod.get("spec") else { return };
    let mut need = |kind: Kind<'_>, place: Option<&Node>| {
        if let Some((place, name)) = place.and_then(|place| Some((place, place.as_str()?))) {
            links.need_object(kind, (namespace, name), place.span, Harm::Traffic);
        }
    };
    need(SERVICE_ACCOUNT, spec.get("serviceAccountName"));
    let required = |source: &&Node| source.get("optional").and_then(Node::as_bool) != Some(true);
    for volume in spec.get("volumes").map(Node::items).unwrap_or_default() {
        need(SECRET, volume.get("secret").filter(required).and_then(|it| it.get("secretName")));
        need(CONFIG_MAP, volume.get("configMap").filter(required).and_then(|it| it.get("name")));
    }
    for container in spec.get("containers").map(Node::items).unwrap_or_default() {
        for source in container.get("envFrom").map(Node::items).unwrap_or_default() {
            need(SECRET, source.get("secretRef").filter(required).and_then(|it| it.get("name")));
            need(CONFIG_MAP, source.get("configMapRef").filter(required).and_then(|it| it.get("name")));
        }
    }
}

/// Whoever answers the API server's questions; with `Ignore` it goes on without.
pub(super) fn webhooks(object: &Resource, links: &mut Links) {
    for webhook in object.items(&["webhooks"]) {
        let Some(service) = webhook.at(&["clientConfig", "service"]) else { continue };
        if webhook.get("failurePolicy").and_then(Node::as_str) == Some("Ignore") {
            continue;
        }
        let text = |key: &str| service.get(key).and_then(Node::as_str);
        let (Some(namespace), Some(name)) = (text("namespace"), text("name")) else { continue };
        need_service((namespace, name), service.get("port"), service.span, links);
    }
}

/// Services and certificates.
pub(super) fn ingress(ingress: &Resource, links: &mut Links) {
    let own = ingress.namespace_or_default();
    let rules = ingress.items(&["spec", "rules"]).iter().filter_map(|rule| rule.at(&["http", "paths"]));
    let backends = rules.flat_map(Node::items).filter_map(|path| path.get("backend"));
    for service in backends.chain(ingress.root.at(&["spec", "defaultBackend"])).filter_map(|it| it.get("service")) {
        let Some(name) = service.get("name").and_then(Node::as_str) else { continue };
        need_service((own, name), service.at(&["port", "number"]), service.span, links);
    }
    for place in ingress.items(&["spec", "tls"]).iter().filter_map(|tls| tls.get("secretName")) {
        if let Value::Text(name) = &place.value {
            links.need_object(SECRET, (own, name), place.span, Harm::Traffic);
        }
    }
}
