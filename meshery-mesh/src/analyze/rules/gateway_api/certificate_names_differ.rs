//! MSH322 `gateway-certificate-names-differ`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{Grants, Trusted, Use, covers, first_names, trusted};
use crate::analyze::kinds::SECRET;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH322",
    name: "gateway-certificate-names-differ",
    severity: Severity::Warning,
    summary: "No certificate of a listener is good for its hostname",
    why: "
Clients refuse a certificate that does not name the host they asked for. What counts are the DNS names in it; a wildcard there
stands for exactly one label. The common name has not counted for many years.

A certificate that cannot be read is another rule's.",
    bad: BAD,
    good: GOOD,
    references: &[
        "https://gateway-api.sigs.k8s.io/guides/tls/",
        "https://www.rfc-editor.org/rfc/rfc9525.html#section-6.3",
    ],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let grants = world.view::<Grants>();
    let all = trusted(world);
    let mut findings = Vec::new();
    // Those of one listener stand together.
    let is_of_one = |a: &Trusted<'_>, b: &Trusted<'_>| {
        a.listener.map(|it| it.span) == b.listener.map(|it| it.span)
            && a.of == b.of
            && a.object.to_string() == b.object.to_string()
    };
    for group in all.chunk_by(is_of_one) {
        let Some(first) = group.first().filter(|it| it.of == Use::Server) else { continue };
        let hostname = first.listener.and_then(|listener| listener.get("hostname")).and_then(Node::as_str);
        let Some(hostname) = hostname.filter(|hostname| !hostname.is_empty()) else { continue };
        let secrets = group.iter().map(|it| {
            let to = it.reference;
            let known = to.kind == SECRET && grants.permit(it.object, &to);
            known.then(|| world.get(SECRET, to.namespace, to.name)).flatten()
        });
        // One that is not known may be the right one.
        let Some(secrets) = secrets.collect::<Option<Vec<_>>>() else { continue };
        let Some(names) = secrets.iter().map(|secret| first_names(secret)).collect::<Option<Vec<_>>>() else {
            continue;
        };
        if names.iter().any(|names| covers(names, hostname)) {
            continue;
        }
        let names: Vec<String> = names.concat().iter().map(|name| format!("{name:?}")).collect();
        let help = match names.as_slice() {
            [] => "the certificate names no host; have one issued that names this one".to_owned(),
            names => format!("the certificate is for {}", names.join(", ")),
        };
        let message = format!("the certificate of the listener is not good for {hostname:?}");
        let finding = rule.finding(first.object, first.reference.place("name"), message).with_help(help);
        let secret = secrets.first().map(|secret| (secret, secret.head()));
        findings.extend(secret.map(|(secret, head)| finding.with_related(secret, head, "the Secret")));
    }
    findings
}

const BAD: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners:
  - { name: a, port: 443, protocol: HTTPS, hostname: blog.example.com, tls: { certificateRefs: [{ name: shop }] } }
---
apiVersion: v1
kind: Secret
metadata: { name: shop, namespace: shop }
type: kubernetes.io/tls
stringData:
  tls.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBRjCB7KADAgECAgEBMAoGCCqGSM49BAMCMBsxGTAXBgNVBAMMEHNob3AuZXhh
    bXBsZS5jb20wIBcNMjYwMTAxMDAwMDAwWhgPMjEyNTEyMzEwMDAwMDBaMBsxGTAX
    BgNVBAMMEHNob3AuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
    AATaZGnp3NjLqkVtOQ8D9q6PcyZyxbsgRMV89ncuPI+KKoTVPOhNU2AQkxxQVgiX
    91PTwqrC9+7EKhkCFGvw0AJ9ox8wHTAbBgNVHREEFDASghBzaG9wLmV4YW1wbGUu
    Y29tMAoGCCqGSM49BAMCA0kAMEYCIQC/dxckXeEqhxtGhuE5qSJsCKk4ks8dsUsk
    CZgfakg0swIhAIaoJAiWExtBt+w1OmJ52AEo7lTYQD0DAQwPX7Wzz3sd
    -----END CERTIFICATE-----
  tls.key: (its key)";

const GOOD: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners:
  - { name: a, port: 443, protocol: HTTPS, hostname: shop.example.com, tls: { certificateRefs: [{ name: shop }] } }
---
apiVersion: v1
kind: Secret
metadata: { name: shop, namespace: shop }
type: kubernetes.io/tls
stringData:
  tls.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBRjCB7KADAgECAgEBMAoGCCqGSM49BAMCMBsxGTAXBgNVBAMMEHNob3AuZXhh
    bXBsZS5jb20wIBcNMjYwMTAxMDAwMDAwWhgPMjEyNTEyMzEwMDAwMDBaMBsxGTAX
    BgNVBAMMEHNob3AuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
    AATaZGnp3NjLqkVtOQ8D9q6PcyZyxbsgRMV89ncuPI+KKoTVPOhNU2AQkxxQVgiX
    91PTwqrC9+7EKhkCFGvw0AJ9ox8wHTAbBgNVHREEFDASghBzaG9wLmV4YW1wbGUu
    Y29tMAoGCCqGSM49BAMCA0kAMEYCIQC/dxckXeEqhxtGhuE5qSJsCKk4ks8dsUsk
    CZgfakg0swIhAIaoJAiWExtBt+w1OmJ52AEo7lTYQD0DAQwPX7Wzz3sd
    -----END CERTIFICATE-----
  tls.key: (its key)";
