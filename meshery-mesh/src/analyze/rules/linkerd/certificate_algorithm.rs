//! MSH443 `linkerd-certificate-algorithm`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::{ControlPlane, Part};
use crate::pki::{Certificate, Key};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH443",
    name: "linkerd-certificate-algorithm",
    summary: "A certificate of Linkerd's identity is of a kind that its proxies do not take",
    why: "
The issuer's certificate must be for a key of the curve P-256, a trust anchor for one of P-256 or of RSA with 2048 or 4096 bits, and
both must be signed with SHA-256. The identity service does not start with others, and proxies do not trust them.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-identity-trust-roots, namespace: linkerd }
data:
  ca-bundle.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBbTCB86ADAgECAgEHMAoGCCqGSM49BAMCMBcxFTATBgNVBAMMDHJvb3QubGlu
    a2VyZDAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMBcxFTATBgNVBAMM
    DHJvb3QubGlua2VyZDB2MBAGByqGSM49AgEGBSuBBAAiA2IABE4/h8eqBSi1baGZ
    vcPcv+B6ebgV/heHZjQQUl5bQhuUEMaJcA0MsQ7+0HqLvIl/fdroQuSYmTjwmBJH
    ZuWHWXQohvbf3mV7Bna2ayj4yBdkysDePpU98vTKpbNesVv3cKMTMBEwDwYDVR0T
    AQH/BAUwAwEB/zAKBggqhkjOPQQDAgNpADBmAjEAwimlGZIPmHFXfoxwv87lBxc2
    t453KDTwLYHKS682h09mV1/4+cVWzJ8W8D7h8/7EAjEA17GrZinT9WNRVBrd0aZl
    Zka3sdn/BWtfQGvuqdwkHAiJUGwasMcuXXJlKAusfZi8
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
    -----END CERTIFICATE-----",
    references: &["https://linkerd.io/2/tasks/troubleshooting/#l5d-identity-trustAnchors-use-supported-crypto", "https://linkerd.io/2/tasks/troubleshooting/#l5d-identity-issuer-cert-uses-supported-crypto"],
    aliases: &["l5d-identity-trustAnchors-use-supported-crypto", "l5d-identity-issuer-cert-uses-supported-crypto"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let plane = world.view::<ControlPlane>();
    let identity = plane.certificates.iter().filter(|held| !matches!(held.part, Part::Webhook(_)));
    let findings = identity.filter_map(|held| {
        let message = held.certificates.iter().find_map(|it| problem(held.part, it))?;
        let message = format!("{} {message}", held.part.called());
        let help = "make it with a key of the curve P-256, signed with SHA-256: step certificate create does";
        Some(rule.finding(&held.object, held.span, message).with_help(help))
    });
    findings.collect()
}

fn problem(part: Part, certificate: &Certificate) -> Option<String> {
    match certificate.key() {
        Key::Curve(256) => {}
        Key::Rsa(2048 | 4096) if part == Part::Anchors => {}
        Key::Curve(bits) => return Some(format!("is for a curve of {bits} bits, not P-256")),
        Key::Rsa(bits) => return Some(format!("is for a key of RSA with {bits} bits")),
        Key::Other => return Some("is for a key of another kind than P-256".into()),
    }
    (!certificate.is_signed_with_sha256()).then(|| "is not signed with SHA-256".into())
}
