//! MSH818 `gateway-cert-expiry`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Certificates, Mesh, Presented};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH818",
    name: "gateway-cert-expiry",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "The certificate of a gateway is valid for some days only",
    why: "
When it is over, every client refuses it. With less than 30 days left it is a warning, with less than 60 for your
information, and both only if two thirds of its time are over: who renews certificates by a tool does so before.

Days count only where it is known what time it is. Nothing of a Secret's content is ever said but the days. What Istio's
Gateways present and is over already another rule speaks of.",
    bad: "
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
    MIIBOTCB4KADAgECAgEBMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBHNob3AwHhcN
    MjYwMTAxMDAwMDAwWhcNMjYxMjIwMDAwMDAwWjAPMQ0wCwYDVQQDDARzaG9wMFkw
    EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVFgmLT4jS0gTS4e+4O4w2F8meF8G0tYR
    e1yQMs/BS7klsRqN15Hm/v8d/WPasrrNLTvT2SawZAnMuZ1/XgVNQKMtMCswDAYD
    VR0TAQH/BAIwADAbBgNVHREEFDASghBzaG9wLmV4YW1wbGUuY29tMAoGCCqGSM49
    BAMCA0gAMEUCIQCUjr8DCmzKFhW/fKEOhkGWEEz0zTqVhMzzqrXVg/e51gIgG+qg
    TrCrOTLgRIysUm2nAtygSpqlja9vWZtLLy4GeJw=
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
        "https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/",
        "https://gateway-api.sigs.k8s.io/guides/tls/",
    ],
    meshes: &["istio", "kuma"],
    run,
    ..Rule::NEW
};

/// With how many days left it is a warning.
const SOON: i64 = 30;
/// With how many days left it is told.
const LATER: i64 = 60;

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let now = world.settings().now.and_then(|now| i64::try_from(now.as_secs()).ok());
    let Some(now) = now else { return Vec::new() };
    let certificates = world.view::<Certificates>();
    certificates.iter().filter_map(|it| finding(rule, it, it.leaf.ends_within(LATER, now)?)).collect()
}

fn finding(rule: &RuleInfo, it: &Presented, left: i64) -> Option<Finding> {
    let secret = &it.secret;
    let message = match left {
        ..0 if it.mesh == Mesh::Istio => return None,
        ..0 => format!("{secret} has a certificate that is valid no longer"),
        0 => format!("{secret} has a certificate that is valid for less than a day"),
        1 => format!("{secret} has a certificate that is valid for one day more"),
        _ => format!("{secret} has a certificate that is valid for {left} days more"),
    };
    let finding = it.place.finding(rule, message).with_help("renew it, and let a tool do so from now on");
    let finding = if left < SOON { finding } else { finding.as_bad_as(Severity::Info) };
    Some(finding.with_related(secret, secret.head(), "the Secret"))
}
