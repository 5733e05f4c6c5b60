//! MSH321 `gateway-certificate-unusable`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::gateway_api::{Grants, Trusted, Use, ca_flaw, flaw, trusted};
use crate::analyze::kinds::{CONFIG_MAP, SECRET};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH321",
    name: "gateway-certificate-unusable",
    summary: "A Gateway, ListenerSet or policy names something that has no certificate that can be used",
    why: "
A certificate is taken from a Secret with `tls.crt` and `tls.key`, both in PEM, and the key must be that of the certificate.
Otherwise the listener is not programmed: `InvalidCertificateRef`. Whom to trust is taken from a ConfigMap with `ca.crt`:
`InvalidCACertificateRef`, and `InvalidKind` for what is neither ConfigMap nor Secret.

A Secret whose `type` is not `kubernetes.io/tls` is taken by some controllers only, which is a warning. Dates count only where
it is known what time it is. Nothing of a Secret's content is ever said.",
    bad: BAD,
    good: GOOD,
    references: &[
        "https://gateway-api.sigs.k8s.io/guides/tls/",
        "https://gateway-api.sigs.k8s.io/reference/spec/#listenerconditionreason",
        "https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/",
    ],
    run,
    ..Rule::NEW
};

/// Groups whose kinds are all known.
const KNOWN: [&str; 3] = ["", "apps", "gateway.networking.k8s.io"];

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let grants = world.view::<Grants>();
    let named = trusted(world).into_iter().filter(|it| grants.permit(it.object, &it.reference));
    named.filter_map(|it| of_kind(rule, &it).or_else(|| of_content(world, rule, &it))).collect()
}

/// What is wrong with the kind of what is named.
fn of_kind(rule: &RuleInfo, it: &Trusted<'_>) -> Option<Finding> {
    let to = it.reference;
    let (is_right, right) = match it.of {
        // A Secret is taken by some controllers.
        Use::Authority => (matches!(to.kind, CONFIG_MAP | SECRET), "a ConfigMap"),
        Use::Server | Use::Client => (to.kind == SECRET, "a Secret"),
    };
    // Some controller may have kinds of its own, but hardly one of the same name.
    let severity = match KNOWN.contains(&to.kind.group) {
        true => Severity::Error,
        false if matches!(to.kind.name, "Secret" | "ConfigMap") => Severity::Warning,
        false => return None,
    };
    if is_right {
        return None;
    }
    let place = to.place(if to.node.get("kind").is_some() { "kind" } else { "group" });
    let message = match to.kind.group {
        "" => format!("a certificate cannot be taken from a {}", to.kind.name),
        group => format!("a certificate cannot be taken from a {} of the group {group:?}", to.kind.name),
    };
    let finding = rule.finding(it.object, place, message).as_bad_as(severity);
    Some(finding.with_help(format!("name {right} of the core group, \"group: ''\"")))
}

fn of_content(world: &World, rule: &RuleInfo, it: &Trusted<'_>) -> Option<Finding> {
    let to = it.reference;
    let source = world.get(to.kind, to.namespace, to.name)?;
    // What a Secret without any content has is not known: it was left out, as one does.
    let parts = ["data", "stringData", "binaryData"].map(|part| source.root.get(part).is_some());
    if !parts.contains(&true) && !world.settings().closed {
        return None;
    }
    let found = match it.of {
        Use::Authority => ca_flaw(source),
        Use::Server | Use::Client => flaw(source, world.settings().now),
    };
    let finding = |message: String| {
        let finding = rule.finding(it.object, to.place("name"), message);
        finding.with_related(source, source.head(), format!("the {}", source.kind))
    };
    if let Some((message, help)) = found {
        return Some(finding(format!("{source} {message}")).with_help(help));
    }
    let kind = source.text(&["type"]).unwrap_or("Opaque");
    if it.of == Use::Authority || kind == "kubernetes.io/tls" {
        return None;
    }
    let message = format!("{source} is of type {kind:?}, and not all controllers take that");
    let help = "make a new Secret of the type kubernetes.io/tls: the type of one that is there cannot be changed";
    Some(finding(message).with_help(help).as_bad_as(Severity::Warning))
}

const BAD: &str = "
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
type: kubernetes.io/tls
stringData:
  tls.crt: (the certificate)
  tls.key: (its key)";

const GOOD: &str = "
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
  tls.key: |
    -----BEGIN PRIVATE KEY-----
    (its key)
    -----END PRIVATE KEY-----";
