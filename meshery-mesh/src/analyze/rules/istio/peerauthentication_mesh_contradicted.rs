//! MSH203 `peerauthentication-mesh-contradicted`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Mtls, ServerMode};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH203",
    name: "peerauthentication-mesh-contradicted",
    summary: "The mesh takes plain text only, and all clients are told to use mutual TLS",
    why: "
Every call within the mesh fails: servers without mutual TLS cannot answer a client that opens with it.",
    bad: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: DISABLE } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all, namespace: istio-system }
spec: { host: '*.local', trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }",
    good: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: PERMISSIVE } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all, namespace: istio-system }
spec: { host: '*.local', trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }",
    references: &["https://istio.io/latest/docs/concepts/security/#peer-authentication"],
    meshes: &["istio"],
    aliases: &["KIA0506"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mtls = world.view::<Mtls>();
    let check = |namespace: &str| -> Option<Finding> {
        let server = mtls.of_namespace(namespace).filter(|server| server.says == ServerMode::Disabled)?;
        let client = mtls.client_of_mesh().filter(|client| client.is_mutual())?;
        let message = "the mesh takes plain text only, and all clients are told to use mutual TLS";
        let finding =
            rule.finding(&server.object, server.span, message).with_help("make the one say what the other says");
        Some(finding.with_related(&client.object, client.span, "clients are told to use it here"))
    };
    check(mtls.root()).into_iter().collect()
}
