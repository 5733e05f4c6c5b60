//! MSH144 `gateway-secret-unusable`.

use std::time::Duration;

use meshery_core::resource::Resource;
use meshery_core::{Finding, RuleInfo, World};
use x509_parser::parse_x509_certificate;
use x509_parser::pem::Pem;

use crate::analyze::Rule;
use crate::analyze::istio::{Configured, Gateways, credentials};
use crate::analyze::kubernetes::Content;
use crate::pki::{Certificate, is_key_of};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH144",
    name: "gateway-secret-unusable",
    summary: "A Gateway takes its certificate from a Secret that has none that can be used",
    why: "
The Secret must have a certificate and its key, under `tls.crt` and `tls.key` or under `cert` and `key`, and the
certificate must be valid now. Otherwise the port stays closed for these hosts, or every client refuses the certificate.

Whether the certificate names the hosts, and whether clients trust who has signed it, is not looked at. Dates count only
where it is known what time it is. Nothing of a Secret's content is ever said.",
    bad: BAD,
    good: GOOD,
    references: &[
        "https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/#key-formats",
        "https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings",
    ],
    meshes: &["istio"],
    aliases: &["IST0161"],
    upstream: "gateway.SecretAnalyzer",
    run,
    ..Rule::NEW
};

/// The pairs of keys under which a certificate and its key stand, the first ones first.
const PAIRS: [(&str, &str); 2] = [("cert", "key"), ("tls.crt", "tls.key")];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let (gateways, configured) = (world.view::<Gateways>(), world.view::<Configured>());
    let settings = world.settings();
    let mut findings = Vec::new();
    for gateway in gateways.all() {
        let namespaces = configured.namespaces(gateway);
        for credential in credentials(gateway, &namespaces, settings.compatible) {
            let Some(secret) = credential.secret(world) else { continue };
            let flaw = if settings.compatible { known_flaw(secret, settings.now) } else { flaw(secret, settings.now) };
            let Some((message, help)) = flaw else { continue };
            let finding = rule.finding(&gateway.object, credential.place.span, format!("{secret} {message}"));
            findings.push(finding.with_help(help).with_related(secret, secret.head(), "the Secret"));
        }
    }
    findings
}

/// What is wrong, and what to do.
type Flaw = (&'static str, &'static str);

const NO_PAIR: Flaw =
    ("has no certificate with its key", "put the certificate under \"tls.crt\", and its key under \"tls.key\"");
const NO_CERTIFICATE: Flaw = ("has something that is no certificate", "put a certificate there, in PEM");
const EXPIRED: Flaw = ("has a certificate that is valid no longer", "renew it");
const TOO_EARLY: Flaw = ("has a certificate that is not valid yet", "use one that is valid now");
const OTHER_KEY: Flaw = ("has a key that is not that of its certificate", "put the key there with which it was issued");

/// What keeps a proxy, or its clients, from taking it.
fn flaw(secret: &Resource, now: Option<Duration>) -> Option<Flaw> {
    let Some((certificate, key)) = pair(&Content::of(secret)) else { return Some(NO_PAIR) };
    let text = String::from_utf8_lossy(&certificate);
    let Ok(certificates) = Certificate::read(&text) else { return Some(NO_CERTIFICATE) };
    let first = certificates.first()?;
    let now = now.and_then(|now| i64::try_from(now.as_secs()).ok());
    let is = |wrong: &dyn Fn(i64) -> bool| now.is_some_and(wrong);
    if is(&|now| now > first.not_after) {
        return Some(EXPIRED);
    }
    if is(&|now| now < first.not_before) {
        return Some(TOO_EARLY);
    }
    (is_key_of(&String::from_utf8_lossy(&key), first) == Some(false)).then_some(OTHER_KEY)
}

/// What istioctl sees of it: the first block of PEM, whatever it is called, and no key.
fn known_flaw(secret: &Resource, now: Option<Duration>) -> Option<Flaw> {
    let Some((certificate, _)) = pair(&Content::of_data(secret)) else { return Some(NO_PAIR) };
    let Some(block) = Pem::iter_from_buffer(&certificate).find_map(Result::ok) else { return Some(NO_CERTIFICATE) };
    let now = now.and_then(|now| i64::try_from(now.as_secs()).ok());
    let mut rest: &[u8] = &block.contents;
    while !rest.is_empty() {
        let Ok((next, certificate)) = parse_x509_certificate(rest) else { return Some(NO_CERTIFICATE) };
        let validity = certificate.validity();
        if now.is_some_and(|now| now > validity.not_after.timestamp()) {
            return Some(EXPIRED);
        }
        if now.is_some_and(|now| now < validity.not_before.timestamp()) {
            return Some(TOO_EARLY);
        }
        rest = next;
    }
    None
}

/// A certificate and its key, as they stand in the Secret.
fn pair(content: &Content<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
    PAIRS.iter().find_map(|(certificate, key)| Some((content.get(certificate)?, content.get(key)?)))
}

const BAD: &str = "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { app: ingress }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: shop }
    hosts: [shop.example.com]
---
apiVersion: v1
kind: Secret
metadata: { name: shop, namespace: ingress }
stringData:
  certificate: (the certificate)
  key: (its key)
---
apiVersion: v1
kind: Pod
metadata: { name: ingress, namespace: ingress, labels: { app: ingress } }
spec: { containers: [{ name: istio-proxy, image: 'istio/proxyv2:1.30.0' }] }";

const GOOD: &str = "
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: ingress }
spec:
  selector: { app: ingress }
  servers:
  - port: { number: 443, name: https, protocol: HTTPS }
    tls: { mode: SIMPLE, credentialName: shop }
    hosts: [shop.example.com]
---
apiVersion: v1
kind: Secret
metadata: { name: shop, namespace: ingress }
stringData:
  tls.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBUjCB+aADAgECAgEBMAoGCCqGSM49BAMCMBsxGTAXBgNVBAMMEHNob3AuZXhh
    bXBsZS5jb20wIBcNMjYwMTAxMDAwMDAwWhgPMjEyNTEyMzEwMDAwMDBaMBsxGTAX
    BgNVBAMMEHNob3AuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
    AASaUbjmZhA5M2S5EYMYuGYgOL4BFW3W/z2HIStsp3/++Yg6lVzl9IrwtR3m4JuA
    Hplf4/8lbqGjiujxIyIjatMroywwKjAJBgNVHRMEAjAAMB0GA1UdDgQWBBQAIJzp
    kgVuijQhMzm0ehkYaYf7MzAKBggqhkjOPQQDAgNIADBFAiEA+RGr9J8Y2/TVYY1M
    ECNLcr7MnyF8S4eSog4/xe6rWGoCICcAD8GKpqbvRgrbPK6ga3qAIUplNrJ/XrdS
    fSDIkGV9
    -----END CERTIFICATE-----
  tls.key: (its key)
---
apiVersion: v1
kind: Pod
metadata: { name: ingress, namespace: ingress, labels: { app: ingress } }
spec: { containers: [{ name: istio-proxy, image: 'istio/proxyv2:1.30.0' }] }";
