//! MSH444 `linkerd-certificate-untrusted`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::{ControlPlane, Part};
use crate::pki::is_trusted;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH444",
    name: "linkerd-certificate-untrusted",
    summary: "The certificate of Linkerd's issuer or of a webhook does not lead to what must trust it",
    why: "
Proxies trust what the trust anchors have signed, so the issuer's certificate must be signed by one of them: the identity service does
not start otherwise. The API server trusts a webhook whose certificate leads to the `caBundle` of its configuration.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-identity-trust-roots, namespace: linkerd }
data:
  ca-bundle.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBMDCB1qADAgECAgEHMAoGCCqGSM49BAMCMBcxFTATBgNVBAMMDHJvb3QubGlu
    a2VyZDAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMBcxFTATBgNVBAMM
    DHJvb3QubGlua2VyZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAdsF9NBgUoO
    n7C9LTC/WS3ymxOVBpVOHXtEZ5fS621N6bN8A3X6FgKbVDRiIbYLVDa5E4Mfvie6
    FqmZKam3pfyjEzARMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIh
    APYITfqGvfkucKXkspSLGl9JC+9tI4EDcPC9574EBJzpAiEAqCWaJ0aW6bRCaupM
    ZX/Dn32zPCRdkXg5XcFpchzEVPQ=
    -----END CERTIFICATE-----
---
apiVersion: v1
kind: Secret
metadata: { name: linkerd-identity-issuer, namespace: linkerd }
type: linkerd.io/tls
stringData:
  crt.pem: |
    -----BEGIN CERTIFICATE-----
    MIIBMjCB2qADAgECAgEHMAoGCCqGSM49BAMCMBcxFTATBgNVBAMMDHJvb3QubGlu
    a2VyZDAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMBsxGTAXBgNVBAMM
    EGlkZW50aXR5LmxpbmtlcmQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATngEA0
    /Hn2zBvH5IxyMJhpipVRLq6E2wbAbHXteZhPXxp79UbX4vXAvIYy4NAeupo6mn2l
    PoAfubbArVFXPbMLoxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cA
    MEQCIDkD7VL2woBvy7kNP04x1T1AMEW3xq7X76u4kzw7YXUZAiBjzYGQhjmliDma
    ra8LmOZufJO+kuYKYV54/bfK7VhlnQ==
    -----END CERTIFICATE-----",
    good: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-identity-trust-roots, namespace: linkerd }
data:
  ca-bundle.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBLzCB1qADAgECAgEHMAoGCCqGSM49BAMCMBcxFTATBgNVBAMMDHJvb3QubGlu
    a2VyZDAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMBcxFTATBgNVBAMM
    DHJvb3QubGlua2VyZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHL4INBsxSin
    NZPTTjFlNiZN9rxy+tSYWLlxHj96KwYu4MAbFgx8Q+0bdnf0X6a+hfxvKCpkvUJ0
    C/0ySB5WnZCjEzARMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIg
    VHdQ8tAojrT0jAC1U1PC861J65lqGyyWtaRW9SpNG7QCIQCyTpAPgEb1929LotXf
    xjSMZrgZQPUmSVmLB4FRMlLcWg==
    -----END CERTIFICATE-----
---
apiVersion: v1
kind: Secret
metadata: { name: linkerd-identity-issuer, namespace: linkerd }
type: linkerd.io/tls
stringData:
  crt.pem: |
    -----BEGIN CERTIFICATE-----
    MIIBMjCB2qADAgECAgEHMAoGCCqGSM49BAMCMBcxFTATBgNVBAMMDHJvb3QubGlu
    a2VyZDAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMBsxGTAXBgNVBAMM
    EGlkZW50aXR5LmxpbmtlcmQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATngEA0
    /Hn2zBvH5IxyMJhpipVRLq6E2wbAbHXteZhPXxp79UbX4vXAvIYy4NAeupo6mn2l
    PoAfubbArVFXPbMLoxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cA
    MEQCIDkD7VL2woBvy7kNP04x1T1AMEW3xq7X76u4kzw7YXUZAiBjzYGQhjmliDma
    ra8LmOZufJO+kuYKYV54/bfK7VhlnQ==
    -----END CERTIFICATE-----",
    references: &["https://linkerd.io/2/tasks/troubleshooting/#l5d-identity-issuer-cert-issued-by-trust-anchor"],
    aliases: &["l5d-identity-issuer-cert-issued-by-trust-anchor"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let plane = world.view::<ControlPlane>();
    let findings = plane.certificates.iter().filter_map(|held| {
        let anchors = held.anchors.as_ref().filter(|anchors| !is_trusted(&held.certificates, anchors))?;
        let what = if held.part == Part::Issuer { "the trust anchors" } else { "the caBundle of the webhook" };
        let message = format!("{} is signed by none of the {} in {what}", held.part.called(), anchors.len());
        let help = if held.part == Part::Issuer {
            "sign it by the trust anchor, or add the anchor that signed it to ca-bundle.crt"
        } else {
            "put the authority that signed it into caBundle"
        };
        Some(rule.finding(&held.object, held.span, message).with_help(help))
    });
    findings.collect()
}
