//! The Secrets and ConfigMaps that Gateways, ListenerSets and policies name for TLS.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::World;

use super::kinds::{BACKEND_TLS_POLICY, LISTENER_SET};
use super::reference::Reference;
use crate::analyze::kinds::{CONFIG_MAP, K8S_GATEWAY, SECRET};

/// What such a thing is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analyze) enum Use {
    /// A certificate that a listener shows to clients.
    Server,
    /// A certificate that a Gateway shows to backends.
    Client,
    /// Whom to trust.
    Authority,
}

/// What an object names for TLS.
#[derive(Clone, Copy, Debug)]
pub(in crate::analyze) struct Trusted<'a> {
    pub(in crate::analyze) object: &'a Arc<Resource>,
    pub(in crate::analyze) reference: Reference<'a>,
    pub(in crate::analyze) of: Use,
    /// The listener that it stands in, if it stands in one.
    pub(in crate::analyze) listener: Option<&'a Node>,
}

/// All that Gateways, ListenerSets and BackendTLSPolicies name.
pub(in crate::analyze) fn trusted(world: &World) -> Vec<Trusted<'_>> {
    let mut found = Vec::new();
    for object in [K8S_GATEWAY, LISTENER_SET].into_iter().flat_map(|kind| world.of(kind)) {
        for listener in object.items(&["spec", "listeners"]) {
            // Who hands TLS on as it is shows no certificate.
            let hands_on = listener.at(&["tls", "mode"]).and_then(Node::as_str) == Some("Passthrough");
            let certificates = listener.at(&["tls", "certificateRefs"]).filter(|_| !hands_on);
            let certificates = certificates.map(Node::items).unwrap_or_default();
            found.extend(certificates.iter().filter_map(|node| of(object, node, Use::Server, Some(listener))));
            let authorities = listener.at(&["tls", "frontendValidation"]).into_iter().flat_map(authorities);
            found.extend(authorities.filter_map(|node| of(object, node, Use::Authority, Some(listener))));
        }
        let client = object.root.at(&["spec", "tls", "backend", "clientCertificateRef"]);
        found.extend(client.and_then(|node| of(object, node, Use::Client, None)));
        let usual = object.root.at(&["spec", "tls", "frontend", "default", "validation"]).into_iter();
        let of_ports = object.items(&["spec", "tls", "frontend", "perPort"]).iter();
        let of_ports = of_ports.filter_map(|port| port.at(&["tls", "validation"]));
        let named = usual.chain(of_ports).flat_map(authorities);
        found.extend(named.filter_map(|node| of(object, node, Use::Authority, None)));
    }
    for policy in world.of(BACKEND_TLS_POLICY) {
        let named = policy.root.at(&["spec", "validation"]).into_iter().flat_map(authorities);
        // It names only what is beside it, so that a namespace, if there is one, counts for nothing.
        let own = policy.namespace_or_default();
        let local = named.filter_map(|node| of(policy, node, Use::Authority, None));
        found.extend(local.map(|it| Trusted { reference: Reference { namespace: own, ..it.reference }, ..it }));
    }
    found
}

fn authorities(validation: &Node) -> &[Node] {
    validation.get("caCertificateRefs").map(Node::items).unwrap_or_default()
}

fn of<'a>(object: &'a Arc<Resource>, node: &'a Node, of: Use, listener: Option<&'a Node>) -> Option<Trusted<'a>> {
    let usual = if of == Use::Authority { CONFIG_MAP } else { SECRET };
    let reference = Reference::read(node, object.namespace_or_default(), usual)?;
    Some(Trusted { object, reference, of, listener })
}
