//! MSH262 `strict-without-clients`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::istio::{ClientMode, MeshConfig, Mtls, ServerMode};
use crate::analyze::kinds::{DESTINATION_RULE, PEER_AUTHENTICATION};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH262",
    name: "strict-without-clients",
    summary: "Servers insist on mutual TLS, automatic mutual TLS is off, and no DestinationRule tells the clients",
    why: "
With `enableAutoMtls: false` in the mesh configuration a client uses mutual TLS only where a DestinationRule tells it
to. Servers whose PeerAuthentication is `STRICT` close every other connection, so that no call arrives.

A DestinationRule counts if it is for all Services of the namespace, or for `*.local`, with mode `ISTIO_MUTUAL`.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: 'enableAutoMtls: false' }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }",
    good: "
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: 'enableAutoMtls: false' }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all, namespace: shop }
spec: { host: '*.shop.svc.cluster.local', trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }",
    references: &[
        "https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0401", "KIA0501"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let config = world.view::<MeshConfig>();
    if config.is_auto_mtls() {
        return Vec::new();
    }
    let mtls = world.view::<Mtls>();
    let check = |namespace: &str| {
        let server = mtls.of_namespace(namespace).filter(|server| server.says == ServerMode::Strict)?;
        let is_root = namespace == mtls.root();
        let client = if is_root { mtls.client_of_mesh() } else { mtls.client_of_namespace(namespace) };
        if client.is_some_and(|client| client.says == ClientMode::Mesh) {
            return None;
        }
        let host = if is_root { "*.local".to_owned() } else { format!("*.{namespace}.svc.cluster.local") };
        let message = "mutual TLS is insisted on, and no DestinationRule tells the clients to use it";
        let help = format!("add a DestinationRule for {host:?} with mode ISTIO_MUTUAL, or turn enableAutoMtls on");
        let finding = rule.finding(&server.object, server.span, message).with_help(help);
        let finding = match (&config.object, client) {
            (_, Some(client)) => finding.with_related(&client.object, client.span, "tells them otherwise"),
            (Some(config), None) => finding.with_related(config, config.head(), "automatic mutual TLS is off here"),
            (None, None) => finding,
        };
        let assumed = "no DestinationRule outside the input tells the clients to use mutual TLS";
        of_missing(world, world.covers(DESTINATION_RULE, namespace), finding, assumed)
    };
    let mut namespaces: Vec<&str> = world.of(PEER_AUTHENTICATION).iter().map(|it| it.namespace_or_default()).collect();
    namespaces.dedup();
    namespaces.into_iter().filter_map(check).collect()
}
