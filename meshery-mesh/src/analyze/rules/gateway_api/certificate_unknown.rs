//! MSH320 `gateway-certificate-unknown`.

use std::collections::BTreeSet;

use meshery_core::resource::{Kind, Node};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meant;
use crate::analyze::gateway_api::{Grants, Trusted, Use, trusted};
use crate::analyze::kinds::{CONFIG_MAP, SECRET};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH320",
    name: "gateway-certificate-unknown",
    summary: "A Gateway, ListenerSet or policy names a Secret or ConfigMap that does not exist",
    why: "
Without its certificate a listener is not programmed, `InvalidCertificateRef`, and connections to it are refused or reset.
Without the certificates of an authority nobody is trusted: `InvalidCACertificateRef`, or `NoValidCACertificate` where none of
them is there.

What cert-manager makes is not missed: the Secret of a Certificate, and those of a Gateway that names an issuer in an
annotation. A reference that is not allowed is another rule's.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: shpo }] } }]
---
apiVersion: v1
kind: Secret
metadata: { name: shop, namespace: shop }
type: kubernetes.io/tls",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: https, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: shop }] } }]
---
apiVersion: v1
kind: Secret
metadata: { name: shop, namespace: shop }
type: kubernetes.io/tls",
    references: &[
        "https://gateway-api.sigs.k8s.io/guides/tls/",
        "https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/",
    ],
    run,
    ..Rule::NEW
};

/// What cert-manager calls a certificate that it makes.
const CERTIFICATE: Kind<'static> = Kind::new("cert-manager.io", "Certificate");
/// The annotations of a Gateway by which cert-manager makes its certificates.
const ISSUERS: [&str; 2] = ["cert-manager.io/issuer", "cert-manager.io/cluster-issuer"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let grants = world.view::<Grants>();
    let made: BTreeSet<(&str, &str)> = world
        .of(CERTIFICATE)
        .iter()
        .filter_map(|it| Some((it.namespace_or_default(), it.text(&["spec", "secretName"])?)))
        .collect();
    let is_missing = |it: &Trusted<'_>| {
        let to = it.reference;
        matches!(to.kind, SECRET | CONFIG_MAP)
            && world.get(to.kind, to.namespace, to.name).is_none()
            && grants.permit(it.object, &to)
    };
    let is_made = |it: &Trusted<'_>| {
        let to = it.reference;
        let by_annotation = it.of == Use::Server && ISSUERS.iter().any(|issuer| it.object.annotation(issuer).is_some());
        to.kind == SECRET && (by_annotation || made.contains(&(to.namespace, to.name)))
    };
    let missing = trusted(world).into_iter().filter(|it| is_missing(it) && !is_made(it));
    missing.filter_map(|it| report(world, rule, &it)).collect()
}

fn report(world: &World, rule: &RuleInfo, it: &Trusted<'_>) -> Option<Finding> {
    let to = it.reference;
    let listener = it.listener.and_then(|listener| listener.get("name")).and_then(Node::as_str);
    let what = match (it.of, listener) {
        (Use::Server, Some(listener)) => format!("the certificate of listener {listener:?}"),
        (Use::Server, None) => "the certificate of the listener".to_owned(),
        (Use::Client, _) => "the certificate that backends are shown".to_owned(),
        (Use::Authority, _) => "what certificates are checked against".to_owned(),
    };
    let near = nearest(to.name, world.within(to.kind, to.namespace).iter().map(|it| &*it.name));
    let message = format!("namespace {:?} has no {} {:?} for {what}", to.namespace, to.kind.name, to.name);
    let otherwise = format!("add the {} to namespace {:?}", to.kind.name, to.namespace);
    let finding = meant(rule.finding(it.object, to.place("name"), message), it.object, to.name, near, otherwise);
    of_missing(world, world.covers(to.kind, to.namespace), finding, "it is not there outside the input either")
}
