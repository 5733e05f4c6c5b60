//! MSH260 `destinationrule-mtls-unanswered`.

use meshery_core::{Finding, Resource, RuleInfo, World};

use super::client_mode;
use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::istio::{Breadth, MeshConfig, Mtls, ServerMode};
use crate::analyze::kinds::{DESTINATION_RULE, PEER_AUTHENTICATION};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH260",
    name: "destinationrule-mtls-unanswered",
    summary: "All clients are told to use mutual TLS, and no PeerAuthentication says that the servers do",
    why: "
Mutual TLS has two sides: a DestinationRule for `*.local`, or for all Services of a namespace, tells the clients, and a
PeerAuthentication of the root namespace, or of that namespace, tells the servers. With the clients' side alone the
servers take plain text from anybody else, and where a PeerAuthentication disables mutual TLS every call fails.

A PeerAuthentication counts if it is for all workloads, and its mode is `STRICT` or `PERMISSIVE`. One is missed where
`enableAutoMtls: false` leaves it to configuration who uses mutual TLS; where it is automatic servers take it unasked.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: 'enableAutoMtls: false' }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all, namespace: shop }
spec: { host: '*.shop.svc.cluster.local', trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }",
    good: "
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: 'enableAutoMtls: false' }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all, namespace: shop }
spec: { host: '*.shop.svc.cluster.local', trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }",
    references: &[
        "https://istio.io/latest/docs/concepts/security/#mutual-tls-authentication",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0205", "KIA0206"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mtls = world.view::<Mtls>();
    world.each(DESTINATION_RULE, |object| check(world, rule, &mtls, object))
}

fn check(world: &World, rule: &RuleInfo, mtls: &Mtls, object: &Resource) -> Option<Finding> {
    let (breadth, mode) = client_mode(object)?;
    if mode.as_str() != Some("ISTIO_MUTUAL") {
        return None;
    }
    let takes = |namespace: &str| mtls.of_namespace(namespace).is_some_and(|it| it.says != ServerMode::Disabled);
    let (namespace, whose) = match breadth {
        Breadth::Mesh => (mtls.root(), "of the mesh".to_owned()),
        Breadth::Namespace(namespace) => (namespace, format!("of namespace {namespace:?}")),
    };
    if takes(namespace) || takes(mtls.root()) {
        return None;
    }
    let message = format!("clients are told to use mutual TLS, and no PeerAuthentication {whose} says that servers do");
    let help = format!("add a PeerAuthentication without a selector to namespace {namespace:?}, with mode STRICT");
    let finding = rule.finding(object, mode.span, message).with_help(help);
    if let Some(off) = mtls.of_namespace(namespace) {
        return Some(finding.with_related(&off.object, off.span, "mutual TLS is off here"));
    }
    if world.view::<MeshConfig>().is_auto_mtls() {
        return None;
    }
    let assumed = "no PeerAuthentication outside the input turns mutual TLS on";
    of_missing(world, world.covers(PEER_AUTHENTICATION, namespace), finding, assumed)
}
