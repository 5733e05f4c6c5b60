//! The Secrets in which Gateways look for their certificates.

use std::sync::Arc;

use meshery_core::resource::{Node, Resource, Value};
use meshery_core::world::World;

use super::gateways::{Gateway, Server};
use crate::analyze::kinds::SECRET;
use crate::analyze::kubernetes::Content;

/// A Secret that a server names.
pub(in crate::analyze) struct Credential<'a> {
    /// Where it is named.
    pub(in crate::analyze) place: &'a Node,
    /// The namespace in which it is looked for.
    pub(in crate::analyze) namespace: &'a str,
    pub(in crate::analyze) name: &'a str,
}

impl<'a> Credential<'a> {
    /// The Secrets that a server names, in each of the namespaces that the Gateway's workloads are in.
    pub(in crate::analyze) fn of(server: &'a Server, namespaces: &'a [Arc<str>], compatible: bool) -> Vec<Self> {
        let mut named: Vec<&Node> = server.tls_text("credentialName").map(|(_, node)| node).into_iter().collect();
        if !compatible {
            let several = server.tls.as_ref().and_then(|tls| tls.get("credentialNames")).map(Node::items);
            named.extend(several.unwrap_or_default());
            // What ends no TLS needs no certificate, and what has a scheme is none of the cluster's Secrets.
            let is_secret = |node: &&Node| node.as_str().is_some_and(|name| !name.contains("://"));
            named.retain(|node| server.terminates() && is_secret(node));
        }
        let found = |place: &'a Node| {
            let text = place.as_str().unwrap_or_default();
            let (own, name) = text.split_once('/').map_or((None, text), |(namespace, name)| (Some(namespace), name));
            let namespaces = namespaces.iter().take(if own.is_some() { 1 } else { usize::MAX });
            namespaces.map(move |namespace| Self { place, namespace: own.unwrap_or(namespace), name })
        };
        named.into_iter().flat_map(found).collect()
    }

    /// The Secret, if it is there.
    pub(in crate::analyze) fn secret<'w>(&self, world: &'w World) -> Option<&'w Arc<Resource>> {
        let secret = world.get(SECRET, self.namespace, self.name)?;
        let compatible = world.settings().compatible;
        // For istioctl what names no namespace is in none, and what the API server would refuse is not there.
        let refused = compatible
            && (secret.namespace.as_deref().unwrap_or_default() != self.namespace || !Content::of(secret).is_sound());
        (!refused).then_some(secret)
    }
}

/// All that servers name: each Gateway and Secret.
pub(in crate::analyze) fn credentials<'a>(
    gateway: &'a Gateway,
    namespaces: &'a [Arc<str>],
    compatible: bool,
) -> impl Iterator<Item = Credential<'a>> {
    let with_tls = gateway
        .servers
        .iter()
        .filter(|server| server.tls.as_ref().is_some_and(|tls| matches!(tls.value, Value::Map(_))));
    with_tls.flat_map(move |server| Credential::of(server, namespaces, compatible))
}
