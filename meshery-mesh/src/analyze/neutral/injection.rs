//! The webhooks that put proxies into pods.

use meshery_core::resource::Node;
use meshery_core::world::World;

use super::place::{items, text};
use super::{Mesh, Place};
use crate::analyze::kinds::MUTATING_WEBHOOK;

/// A webhook that puts proxies into pods.
pub(in crate::analyze) struct Injection {
    pub(in crate::analyze) mesh: Mesh,
    /// Whether pods start without a proxy when it does not answer.
    pub(in crate::analyze) fails_open: bool,
    /// Where that is said, or would be.
    pub(in crate::analyze) place: Place,
}

/// How a mesh calls its own, sorted: how the name of the webhook ends or which path it calls.
const DIALECTS: [(Mesh, &str, &str); 4] = [
    (Mesh::Consul, "connect-injector.consul.hashicorp.com", "/mutate"),
    (Mesh::Istio, "sidecar-injector.istio.io", "/inject"),
    (Mesh::Kuma, "kuma-injector.kuma.io", "/inject-sidecar"),
    (Mesh::Linkerd, "linkerd-proxy-injector.linkerd.io", "/"),
];

/// All of them, the first of each configuration.
pub(in crate::analyze) fn injections(world: &World) -> Vec<Injection> {
    let mut found = Vec::new();
    for configuration in world.of(MUTATING_WEBHOOK) {
        for webhook in configuration.items(&["webhooks"]) {
            let name = text(webhook, &["name"]).unwrap_or_default();
            let path = text(webhook, &["clientConfig", "service", "path"]).unwrap_or("/");
            let is_known = |it: &&(Mesh, &str, &str)| name.ends_with(it.1) && path.starts_with(it.2);
            let makes_pods = items(webhook, &["rules"]).iter().any(|rule| {
                items(rule, &["resources"]).iter().filter_map(Node::as_str).any(|resource| resource == "pods")
            });
            let Some((mesh, _, _)) = DIALECTS.iter().find(is_known).filter(|_| makes_pods) else { continue };
            let policy = webhook.get("failurePolicy");
            found.push(Injection {
                mesh: *mesh,
                // Unless it says something it fails.
                fails_open: policy.and_then(Node::as_str) == Some("Ignore"),
                place: Place::of(configuration, policy.unwrap_or(webhook)),
            });
        }
    }
    found
}
