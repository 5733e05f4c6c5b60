//! The kinds of Linkerd.

use meshery_core::resource::Kind;

/// The group of Linkerd's policies.
pub(in crate::analyze) const POLICY: &str = "policy.linkerd.io";

const fn policy(name: &'static str) -> Kind<'static> {
    Kind::new(POLICY, name)
}

pub(in crate::analyze) const AUTHORIZATION_POLICY: Kind<'static> = policy("AuthorizationPolicy");
pub(in crate::analyze) const EGRESS_NETWORK: Kind<'static> = policy("EgressNetwork");
pub(in crate::analyze) const HTTP_ROUTE: Kind<'static> = policy("HTTPRoute");
pub(in crate::analyze) const MESH_TLS: Kind<'static> = policy("MeshTLSAuthentication");
pub(in crate::analyze) const NETWORK_AUTHENTICATION: Kind<'static> = policy("NetworkAuthentication");
pub(in crate::analyze) const RATE_LIMIT: Kind<'static> = policy("HTTPLocalRateLimitPolicy");
pub(in crate::analyze) const SERVER: Kind<'static> = policy("Server");
pub(in crate::analyze) const SERVER_AUTHORIZATION: Kind<'static> = policy("ServerAuthorization");
pub(in crate::analyze) const SERVICE_PROFILE: Kind<'static> = Kind::new("linkerd.io", "ServiceProfile");
pub(in crate::analyze) const LINK: Kind<'static> = Kind::new("multicluster.linkerd.io", "Link");
pub(in crate::analyze) const SERVICE_ACCOUNT: Kind<'static> = Kind::new("", "ServiceAccount");
