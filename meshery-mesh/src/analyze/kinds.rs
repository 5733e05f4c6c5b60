//! The kinds that rules read.

use meshery_core::resource::Kind;

macro_rules! kinds {
    ($($group:literal: $($name:ident = $kind:literal,)+)+) => {
        $($(pub(in crate::analyze) const $name: Kind<'static> = Kind::new($group, $kind);)+)+
    };
}

kinds! {
    "":
        CONFIG_MAP = "ConfigMap", NAMESPACE = "Namespace", NODE = "Node", POD = "Pod", SECRET = "Secret",
        SERVICE = "Service", SERVICE_ACCOUNT = "ServiceAccount",
        // No kinds of Kubernetes, but what istiod is told by files.
        MESH_CONFIG = "MeshConfig", MESH_NETWORKS = "MeshNetworks",
    "admissionregistration.k8s.io":
        MUTATING_WEBHOOK = "MutatingWebhookConfiguration", VALIDATING_WEBHOOK = "ValidatingWebhookConfiguration",
    "apiextensions.k8s.io": DEFINITION = "CustomResourceDefinition",
    "apps":
        DAEMON_SET = "DaemonSet", DEPLOYMENT = "Deployment", REPLICA_SET = "ReplicaSet", STATEFUL_SET = "StatefulSet",
    "argoproj.io": ROLLOUT = "Rollout",
    "batch": CRON_JOB = "CronJob", JOB = "Job",
    "consul.hashicorp.com":
        CONSUL_MESH = "Mesh", CONTROL_PLANE_REQUEST_LIMIT = "ControlPlaneRequestLimit",
        EXPORTED_SERVICES = "ExportedServices", GATEWAY_POLICY = "GatewayPolicy", INGRESS_GATEWAY = "IngressGateway",
        JWT_PROVIDER = "JWTProvider", PEERING_ACCEPTOR = "PeeringAcceptor", PEERING_DIALER = "PeeringDialer",
        PROXY_DEFAULTS = "ProxyDefaults", RATE_LIMIT = "RateLimit", REGISTRATION = "Registration",
        ROUTE_AUTH_FILTER = "RouteAuthFilter", ROUTE_RETRY_FILTER = "RouteRetryFilter",
        ROUTE_TIMEOUT_FILTER = "RouteTimeoutFilter", SAMENESS_GROUP = "SamenessGroup",
        SERVICE_DEFAULTS = "ServiceDefaults", SERVICE_INTENTIONS = "ServiceIntentions",
        SERVICE_RESOLVER = "ServiceResolver", SERVICE_ROUTER = "ServiceRouter", SERVICE_SPLITTER = "ServiceSplitter",
        TERMINATING_GATEWAY = "TerminatingGateway",
    "extensions.istio.io": TRAFFIC_EXTENSION = "TrafficExtension", WASM_PLUGIN = "WasmPlugin",
    "gateway.networking.k8s.io":
        K8S_GATEWAY = "Gateway", GRPC_ROUTE = "GRPCRoute", HTTP_ROUTE = "HTTPRoute",
        TCP_ROUTE = "TCPRoute", TLS_ROUTE = "TLSRoute", GATEWAY_CLASS = "GatewayClass",
    "networking.istio.io":
        DESTINATION_RULE = "DestinationRule", ENVOY_FILTER = "EnvoyFilter", GATEWAY = "Gateway",
        PROXY_CONFIG = "ProxyConfig", SERVICE_ENTRY = "ServiceEntry", SIDECAR = "Sidecar",
        VIRTUAL_SERVICE = "VirtualService", WORKLOAD_ENTRY = "WorkloadEntry", WORKLOAD_GROUP = "WorkloadGroup",
    "security.istio.io":
        AUTHORIZATION_POLICY = "AuthorizationPolicy", PEER_AUTHENTICATION = "PeerAuthentication",
        REQUEST_AUTHENTICATION = "RequestAuthentication",
    "telemetry.istio.io": TELEMETRY = "Telemetry",
}

/// The kinds of a table that says something of each.
pub(in crate::analyze) const fn of_table<T, const COUNT: usize>(
    table: &[(Kind<'static>, T); COUNT],
) -> [Kind<'static>; COUNT] {
    let mut kinds = [table[0].0; COUNT];
    let mut at = 1;
    while at < COUNT {
        kinds[at] = table[at].0;
        at += 1;
    }
    kinds
}

/// A kind and others, of which there is one fewer.
pub(in crate::analyze) const fn and_others<const COUNT: usize>(
    first: Kind<'static>,
    others: &[Kind<'static>],
) -> [Kind<'static>; COUNT] {
    let mut kinds = [first; COUNT];
    let mut at = 1;
    while at < COUNT {
        kinds[at] = others[at - 1];
        at += 1;
    }
    kinds
}
