//! Whether objects are written for Kuma 2 or 3.

use meshery_core::resource::Node;
use meshery_core::world::{View, World};

use super::check::{entries, kind, list, present, text};

/// Kinds that Kuma 3 no longer has.
const REMOVED: [&str; 18] = [
    "CircuitBreaker",
    "ExternalService",
    "FaultInjection",
    "HealthCheck",
    "MeshGateway",
    "MeshGatewayConfig",
    "MeshGatewayInstance",
    "MeshGatewayRoute",
    "ProxyTemplate",
    "RateLimit",
    "Retry",
    "Timeout",
    "TrafficLog",
    "TrafficPermission",
    "TrafficRoute",
    "TrafficTrace",
    "VirtualOutbound",
    "ZoneIngress",
];

/// The kinds that a policy names services by, and that Kuma 3 finds by labels only.
const BY_LABELS: [&str; 4] = ["MeshExternalService", "MeshHTTPRoute", "MeshMultiZoneService", "MeshService"];

/// What the objects together tell of the version that they are for.
pub(in crate::analyze) struct Dialect {
    /// There is an object of a kind that Kuma 3 no longer has.
    pub(in crate::analyze) is_two: bool,
}

impl View for Dialect {
    fn of(world: &World) -> Self {
        Self { is_two: REMOVED.iter().any(|name| !world.of(kind(name)).is_empty()) }
    }
}

/// Whether a policy itself can only be meant for Kuma 2: it has `from`, or names a service by its name.
pub(in crate::analyze) fn is_of_two(spec: &Node) -> bool {
    let is_named = |target: &Node| {
        BY_LABELS.contains(&text(target, "kind"))
            && !text(target, "name").is_empty()
            && present(target, "labels").is_none()
    };
    let is_old = |target: &Node| is_named(target) || present(target, "proxyTypes").is_some();
    let backends = |entry: &'_ Node| {
        let rules = list(entry, "rules").iter();
        rules.flat_map(|rule| rule.get("default").map(|conf| list(conf, "backendRefs")).unwrap_or_default()).any(is_old)
    };
    !list(spec, "from").is_empty()
        || present(spec, "targetRef").is_some_and(|target| present(target, "proxyTypes").is_some())
        || entries(spec).any(|(_, entry)| entry.get("targetRef").is_some_and(is_old) || backends(entry))
}
