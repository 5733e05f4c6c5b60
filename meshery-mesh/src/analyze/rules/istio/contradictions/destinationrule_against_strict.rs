//! MSH261 `destinationrule-against-strict`.

use meshery_core::{Finding, Resource, RuleInfo, World};

use super::client_mode;
use crate::analyze::Rule;
use crate::analyze::istio::{Breadth, Mtls, ServerMode};
use crate::analyze::kinds::DESTINATION_RULE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH261",
    name: "destinationrule-against-strict",
    summary: "All clients are told to do without mutual TLS, which the servers insist on",
    why: "
A server whose PeerAuthentication is `STRICT` closes every connection that does not open with mutual TLS. A
DestinationRule for `*.local`, or for all Services of a namespace, with mode `DISABLE` makes clients speak plain text,
and with mode `SIMPLE` TLS without a certificate of theirs: no call arrives.

The PeerAuthentication of the namespace decides, or that of the root namespace where it has none.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: plain, namespace: shop }
spec: { host: '*.shop.svc.cluster.local', trafficPolicy: { tls: { mode: DISABLE } } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: plain, namespace: shop }
spec: { host: '*.shop.svc.cluster.local', trafficPolicy: { tls: { mode: DISABLE } } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: PERMISSIVE } }",
    references: &[
        "https://istio.io/latest/docs/reference/config/security/peer_authentication/",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0207", "KIA0208"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mtls = world.view::<Mtls>();
    world.each(DESTINATION_RULE, |object| check(rule, &mtls, object))
}

fn check(rule: &RuleInfo, mtls: &Mtls, object: &Resource) -> Option<Finding> {
    let (breadth, mode) = client_mode(object)?;
    let does = match mode.as_str() {
        Some("DISABLE") => "to speak plain text",
        Some("SIMPLE") => "to show no certificate",
        _ => return None,
    };
    let own = match breadth {
        Breadth::Mesh => None,
        Breadth::Namespace(namespace) => mtls.of_namespace(namespace),
    };
    let server = own.or_else(|| mtls.of_namespace(mtls.root())).filter(|it| it.says == ServerMode::Strict)?;
    let message = format!("clients are told {does}, and the servers take mutual TLS only");
    let finding = rule.finding(object, mode.span, message);
    let finding = finding.with_help("let the clients use ISTIO_MUTUAL, or make the PeerAuthentication PERMISSIVE");
    Some(finding.with_related(&server.object, server.span, "insists on mutual TLS"))
}
