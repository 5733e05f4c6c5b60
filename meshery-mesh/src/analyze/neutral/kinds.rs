//! The kinds of several meshes that the dialects read, beside those that other rules read too.

use meshery_core::resource::Kind;

macro_rules! kinds {
    ($($group:literal: $($name:ident = $kind:literal,)+)+) => {
        $($(pub(in crate::analyze) const $name: Kind<'static> = Kind::new($group, $kind);)+)+
    };
}

kinds! {
    "consul.hashicorp.com":
        CONSUL_INGRESS = "IngressGateway", CONSUL_INTENTIONS = "ServiceIntentions", CONSUL_JWT = "JWTProvider",
        CONSUL_GATEWAY_POLICY = "GatewayPolicy", CONSUL_MESH = "Mesh", CONSUL_PROXY_DEFAULTS = "ProxyDefaults",
        CONSUL_ROUTE_AUTH = "RouteAuthFilter", CONSUL_SERVICE_DEFAULTS = "ServiceDefaults",
    "kuma.io":
        KUMA_EXTERNAL_SERVICE = "ExternalService", KUMA_GATEWAY = "MeshGateway", KUMA_HTTP_ROUTE = "MeshHTTPRoute",
        KUMA_IDENTITY = "MeshIdentity", KUMA_MESH = "Mesh", KUMA_MESH_EXTERNAL_SERVICE = "MeshExternalService",
        KUMA_PASSTHROUGH = "MeshPassthrough", KUMA_PERMISSION = "MeshTrafficPermission", KUMA_TLS = "MeshTLS",
        KUMA_TRAFFIC_PERMISSION = "TrafficPermission", KUMA_TRUST = "MeshTrust",
    "multicluster.linkerd.io": LINKERD_LINK = "Link",
    "networking.k8s.io": NETWORK_POLICY = "NetworkPolicy",
    "policy.linkerd.io":
        LINKERD_AUTHORIZATION = "AuthorizationPolicy", LINKERD_EGRESS = "EgressNetwork",
        LINKERD_HTTP_ROUTE = "HTTPRoute", LINKERD_MESH_TLS = "MeshTLSAuthentication", LINKERD_SERVER = "Server",
}
