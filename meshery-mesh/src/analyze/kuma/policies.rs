//! What each policy may target.

/// A policy, and which kinds its references may name.
pub(in crate::analyze) struct Policy {
    pub(in crate::analyze) kind: &'static str,
    /// What `spec.targetRef` may name up to Kuma 2, beside what it always may: the mesh and proxies.
    pub(in crate::analyze) old_top: &'static [&'static str],
    /// What the items of `to` may name; empty where there is no such list.
    pub(in crate::analyze) to: &'static [&'static str],
    /// What the items of `from` may name, which is Kuma 2's alone; empty where there is no such list.
    pub(in crate::analyze) from: &'static [&'static str],
}

/// What `spec.targetRef` may always name.
pub(in crate::analyze) const TOP: [&str; 2] = ["Mesh", "Dataplane"];

const SUBSETS: &[&str] = &["MeshSubset"];
const WORKLOADS: &[&str] = &["MeshSubset", "MeshService", "MeshServiceSubset"];
const WITH_GATEWAYS: &[&str] = &["MeshSubset", "MeshService", "MeshServiceSubset", "MeshGateway"];
const WITH_ROUTES: &[&str] = &["MeshSubset", "MeshService", "MeshServiceSubset", "MeshGateway", "MeshHTTPRoute"];
const MESH: &[&str] = &["Mesh"];
const CLIENTS: &[&str] = &["Mesh", "MeshSubset", "MeshService", "MeshServiceSubset"];
pub(super) const SERVICES: &[&str] = &["MeshService", "MeshExternalService", "MeshMultiZoneService"];
const DESTINATIONS: &[&str] = &["Mesh", "MeshService", "MeshExternalService", "MeshMultiZoneService"];
const WITH_HTTP_ROUTES: &[&str] =
    &["Mesh", "MeshService", "MeshExternalService", "MeshMultiZoneService", "MeshHTTPRoute"];

const fn new(
    kind: &'static str,
    old_top: &'static [&'static str],
    to: &'static [&'static str],
    from: &'static [&'static str],
) -> Policy {
    Policy { kind, old_top, to, from }
}

/// The policies that Kuma chooses proxies for by a `targetRef`.
const POLICIES: [Policy; 16] = [
    new("MeshAccessLog", WITH_GATEWAYS, WITH_HTTP_ROUTES, MESH),
    new("MeshCircuitBreaker", WITH_GATEWAYS, DESTINATIONS, MESH),
    new("MeshFaultInjection", WITH_GATEWAYS, MESH, CLIENTS),
    new("MeshHTTPRoute", WITH_GATEWAYS, SERVICES, &[]),
    new("MeshHealthCheck", WITH_GATEWAYS, DESTINATIONS, &[]),
    new("MeshLoadBalancingStrategy", WITH_GATEWAYS, WITH_HTTP_ROUTES, &[]),
    new("MeshMetric", WITH_GATEWAYS, &[], &[]),
    new("MeshPassthrough", SUBSETS, &[], &[]),
    new("MeshProxyPatch", WITH_GATEWAYS, &[], &[]),
    new("MeshRateLimit", WITH_ROUTES, MESH, MESH),
    new("MeshRetry", WITH_ROUTES, WITH_HTTP_ROUTES, &[]),
    new("MeshTCPRoute", WITH_GATEWAYS, SERVICES, &[]),
    new("MeshTLS", SUBSETS, &[], MESH),
    new("MeshTimeout", WITH_ROUTES, WITH_HTTP_ROUTES, MESH),
    new("MeshTrace", WITH_GATEWAYS, &[], &[]),
    new("MeshTrafficPermission", WORKLOADS, &[], CLIENTS),
];

/// Their kinds.
pub(in crate::analyze) const KINDS: [&str; POLICIES.len()] = {
    let mut kinds = [""; POLICIES.len()];
    let mut at = 0;
    while at < kinds.len() {
        kinds[at] = POLICIES[at].kind;
        at += 1;
    }
    kinds
};

/// The policy of this kind.
pub(in crate::analyze) fn policy(kind: &str) -> Option<&'static Policy> {
    POLICIES.iter().find(|policy| policy.kind == kind)
}
