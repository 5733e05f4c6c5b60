//! MSH202 `peerauthentication-namespace-contradicted`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Mtls, ServerMode};
use crate::analyze::kinds::PEER_AUTHENTICATION;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH202",
    name: "peerauthentication-namespace-contradicted",
    summary: "A namespace takes plain text only, and its clients are told to use mutual TLS",
    why: "
Every call to the namespace fails: servers without mutual TLS cannot answer a client that opens with it. A DestinationRule for
the hosts of the namespace counts, or else one for the whole mesh.",
    bad: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: DISABLE } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all, namespace: shop }
spec: { host: '*.shop.svc.cluster.local', trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }",
    good: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: PERMISSIVE } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all, namespace: shop }
spec: { host: '*.shop.svc.cluster.local', trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }",
    references: &["https://istio.io/latest/docs/concepts/security/#peer-authentication"],
    meshes: &["istio"],
    aliases: &["KIA0505"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mtls = world.view::<Mtls>();
    let check = |namespace: &str| -> Option<Finding> {
        let server = mtls.of_namespace(namespace).filter(|server| server.says == ServerMode::Disabled)?;
        let client = mtls.client_of_namespace(namespace).filter(|client| client.is_mutual())?;
        let message = "this namespace takes plain text only, and its clients are told to use mutual TLS";
        let finding =
            rule.finding(&server.object, server.span, message).with_help("make the one say what the other says");
        Some(finding.with_related(&client.object, client.span, "clients are told to use it here"))
    };
    let mut namespaces: Vec<&str> =
        world.of(PEER_AUTHENTICATION).iter().map(|policy| policy.namespace_or_default()).collect();
    namespaces.dedup();
    namespaces.into_iter().filter(|namespace| *namespace != mtls.root()).filter_map(check).collect()
}
