//! MSH819 `gateway-cert-names`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Certificates, Presented};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH819",
    name: "gateway-cert-names",
    severity: Severity::Warning,
    category: Category::Correctness,
    summary: "The certificate of a gateway is not for a host that it serves",
    why: "
Clients refuse a certificate that does not name the host that they call. What counts are its alternative names; the common
name is not looked at any more. A wildcard stands for one label: `*.example.com` is for `shop.example.com`, and neither for
`example.com` nor for `a.shop.example.com`.

A listener without a host, or for all of them, says nothing of what it serves. Where it presents several certificates one of
them is enough. Nothing of a Secret's content is ever said.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: shop, namespace: shop }
spec:
  gatewayClassName: istio
  listeners:
  - { name: https, port: 443, protocol: HTTPS, hostname: pay.example.com, tls: { certificateRefs: [{ name: shop }] } }
---
apiVersion: v1
kind: Secret
metadata: { name: shop, namespace: shop }
type: kubernetes.io/tls
stringData:
  tls.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBOzCB4qADAgECAgEBMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBHNob3AwIBcN
    MjYwMTAxMDAwMDAwWhgPMjEyNTEyMzEwMDAwMDBaMA8xDTALBgNVBAMMBHNob3Aw
    WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASQnoG/eEfBmwFxQRHOFDjrC8ACKegj
    KMfxCjFfzt6fWI/+xicVvaLpN+J5YdR3rv54p0elTuvdQUXTsFAFIxSfoy0wKzAM
    BgNVHRMBAf8EAjAAMBsGA1UdEQQUMBKCEHNob3AuZXhhbXBsZS5jb20wCgYIKoZI
    zj0EAwIDSAAwRQIgOakyPKDv4TbrPHUG7VEmZ18xUrXx5DVFICtNtmvcaVMCIQC0
    J25s5p2syjwsGXc0Ht3//UBLimvme988KopOAYdcHg==
    -----END CERTIFICATE-----
  tls.key: (its key)",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: shop, namespace: shop }
spec:
  gatewayClassName: istio
  listeners:
  - { name: https, port: 443, protocol: HTTPS, hostname: shop.example.com, tls: { certificateRefs: [{ name: shop }] } }
---
apiVersion: v1
kind: Secret
metadata: { name: shop, namespace: shop }
type: kubernetes.io/tls
stringData:
  tls.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBOzCB4qADAgECAgEBMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBHNob3AwIBcN
    MjYwMTAxMDAwMDAwWhgPMjEyNTEyMzEwMDAwMDBaMA8xDTALBgNVBAMMBHNob3Aw
    WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASQnoG/eEfBmwFxQRHOFDjrC8ACKegj
    KMfxCjFfzt6fWI/+xicVvaLpN+J5YdR3rv54p0elTuvdQUXTsFAFIxSfoy0wKzAM
    BgNVHRMBAf8EAjAAMBsGA1UdEQQUMBKCEHNob3AuZXhhbXBsZS5jb20wCgYIKoZI
    zj0EAwIDSAAwRQIgOakyPKDv4TbrPHUG7VEmZ18xUrXx5DVFICtNtmvcaVMCIQC0
    J25s5p2syjwsGXc0Ht3//UBLimvme988KopOAYdcHg==
    -----END CERTIFICATE-----
  tls.key: (its key)",
    references: &[
        "https://www.rfc-editor.org/rfc/rfc9525",
        "https://gateway-api.sigs.k8s.io/guides/tls/",
        "https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/",
    ],
    meshes: &["istio", "kuma"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let certificates = world.view::<Certificates>();
    certificates.by_listener().filter_map(|all| check(rule, all)).collect()
}

/// The first host of a listener that none of its certificates is for.
fn check(rule: &RuleInfo, all: &[Presented]) -> Option<Finding> {
    let first = all.first()?;
    let is_covered = |host: &str| host == "*" || all.iter().any(|it| it.leaf.is_for(host));
    let host = first.hosts.iter().find(|host| !host.is_empty() && !is_covered(host))?;
    let secret = &first.secret;
    let message = if all.iter().all(|it| it.leaf.hosts.is_empty()) {
        format!("{secret} has a certificate that names no host, and clients of {host:?} refuse it")
    } else {
        format!("{secret} has no certificate for {host:?}")
    };
    let finding =
        first.place.finding(rule, message).with_help("issue one whose alternative names are the hosts served");
    Some(finding.with_related(secret, secret.head(), "the Secret"))
}
