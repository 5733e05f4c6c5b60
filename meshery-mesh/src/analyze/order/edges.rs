//! Which function tells what an object of a kind has and needs.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use meshery_core::resource::{Kind, Resource};

use super::state::State;
use super::thing::Links;
use super::{gateway_api, istio, kubernetes, meshes};
use crate::analyze::kinds::{
    AUTHORIZATION_POLICY, CONFIG_MAP, CRON_JOB, DAEMON_SET, DEFINITION, DEPLOYMENT, DESTINATION_RULE, GATEWAY,
    GRPC_ROUTE, HTTP_ROUTE, JOB, K8S_GATEWAY, MESH_CONFIG, MUTATING_WEBHOOK, POD, REPLICA_SET, REQUEST_AUTHENTICATION,
    ROLLOUT, SECRET, SERVICE, SERVICE_ENTRY, STATEFUL_SET, TCP_ROUTE, TELEMETRY, TLS_ROUTE, VALIDATING_WEBHOOK,
    VIRTUAL_SERVICE, WASM_PLUGIN,
};

/// Tells what an object has and needs.
#[derive(Clone, Copy)]
enum Edges {
    /// By itself.
    Alone(fn(&Resource, &mut Links)),
    /// By itself and others of its moment.
    Among(fn(&Resource, &State, &mut Links)),
}

const GATEWAY_API: &str = "gateway.networking.k8s.io";
const LINKERD: &str = "policy.linkerd.io";
const CONSUL: &str = "consul.hashicorp.com";
const KUMA: &str = "kuma.io";

/// By kind; a new kind needs a line here and a function.
const KINDS: &[(Kind<'static>, Edges)] = &[
    (AUTHORIZATION_POLICY, Edges::Alone(istio::authorization)),
    (CONFIG_MAP, Edges::Alone(istio::config_map)),
    (CRON_JOB, Edges::Among(kubernetes::workload)),
    (DAEMON_SET, Edges::Among(kubernetes::workload)),
    (DEFINITION, Edges::Alone(kubernetes::definition)),
    (DEPLOYMENT, Edges::Among(kubernetes::workload)),
    (DESTINATION_RULE, Edges::Alone(istio::destination_rule)),
    (GATEWAY, Edges::Alone(istio::gateway)),
    (GRPC_ROUTE, Edges::Alone(gateway_api::route)),
    (HTTP_ROUTE, Edges::Alone(gateway_api::route)),
    (JOB, Edges::Among(kubernetes::workload)),
    (K8S_GATEWAY, Edges::Alone(gateway_api::gateway)),
    (Kind::new("install.istio.io", "IstioOperator"), Edges::Alone(istio::installation)),
    (Kind::new("sailoperator.io", "Istio"), Edges::Alone(istio::installation)),
    (Kind::new("networking.k8s.io", "Ingress"), Edges::Alone(kubernetes::ingress)),
    (Kind::new(CONSUL, "ProxyDefaults"), Edges::Alone(meshes::proxy_defaults)),
    (Kind::new(CONSUL, "ServiceDefaults"), Edges::Alone(meshes::service_defaults)),
    (Kind::new(CONSUL, "ServiceIntentions"), Edges::Alone(meshes::service_intentions)),
    (Kind::new(CONSUL, "ServiceResolver"), Edges::Alone(meshes::service_resolver)),
    (Kind::new(CONSUL, "ServiceRouter"), Edges::Alone(meshes::service_router)),
    (Kind::new(CONSUL, "ServiceSplitter"), Edges::Alone(meshes::service_splitter)),
    (Kind::new(GATEWAY_API, "BackendTLSPolicy"), Edges::Alone(gateway_api::backend_tls)),
    (Kind::new(GATEWAY_API, "ReferenceGrant"), Edges::Alone(gateway_api::reference_grant)),
    (Kind::new(GATEWAY_API, "UDPRoute"), Edges::Alone(gateway_api::route)),
    (Kind::new(KUMA, "Mesh"), Edges::Alone(meshes::mesh)),
    (Kind::new(KUMA, "MeshHTTPRoute"), Edges::Alone(meshes::mesh_route)),
    (Kind::new(KUMA, "MeshTCPRoute"), Edges::Alone(meshes::mesh_route)),
    (Kind::new(LINKERD, "AuthorizationPolicy"), Edges::Alone(meshes::linkerd_authorization)),
    (Kind::new(LINKERD, "HTTPRoute"), Edges::Alone(gateway_api::route)),
    (Kind::new(LINKERD, "Server"), Edges::Alone(meshes::server)),
    (Kind::new(LINKERD, "ServerAuthorization"), Edges::Alone(meshes::server_authorization)),
    (MESH_CONFIG, Edges::Alone(istio::mesh_config)),
    (MUTATING_WEBHOOK, Edges::Alone(kubernetes::webhooks)),
    (POD, Edges::Among(kubernetes::workload)),
    (REPLICA_SET, Edges::Among(kubernetes::workload)),
    (REQUEST_AUTHENTICATION, Edges::Alone(istio::guard)),
    (ROLLOUT, Edges::Among(kubernetes::workload)),
    (SECRET, Edges::Alone(kubernetes::secret)),
    (SERVICE, Edges::Alone(kubernetes::service)),
    (SERVICE_ENTRY, Edges::Alone(istio::service_entry)),
    (STATEFUL_SET, Edges::Among(kubernetes::workload)),
    (TCP_ROUTE, Edges::Alone(gateway_api::route)),
    (TELEMETRY, Edges::Alone(istio::telemetry)),
    (TLS_ROUTE, Edges::Alone(gateway_api::route)),
    (VALIDATING_WEBHOOK, Edges::Alone(kubernetes::webhooks)),
    (VIRTUAL_SERVICE, Edges::Alone(istio::virtual_service)),
    (WASM_PLUGIN, Edges::Alone(istio::guard)),
];

static BY_KIND: LazyLock<BTreeMap<Kind<'static>, Edges>> = LazyLock::new(|| KINDS.iter().copied().collect());

/// What an object has and needs at a moment.
pub(super) fn links(object: &Resource, state: &State) -> Links {
    let mut links = Links::default();
    kubernetes::any(object, &mut links);
    match BY_KIND.get(&object.kind()) {
        Some(Edges::Alone(edges)) => edges(object, &mut links),
        Some(Edges::Among(edges)) => edges(object, state, &mut links),
        None if object.group() == KUMA => meshes::in_mesh(object, &mut links),
        None => {}
    }
    links
}
