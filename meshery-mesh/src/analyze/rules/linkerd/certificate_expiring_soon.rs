//! MSH442 `linkerd-certificate-expiring-soon`.

use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::{ControlPlane, day_of};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH442",
    name: "linkerd-certificate-expiring-soon",
    severity: Severity::Warning,
    summary: "A certificate of Linkerd's control plane runs out within 60 days",
    why: "
A trust anchor is replaced in steps, and every pod must restart before the old one is gone, which takes its time. `linkerd check`
warns 60 days ahead.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-identity-trust-roots, namespace: linkerd }
data:
  ca-bundle.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBLjCB1qADAgECAgEHMAoGCCqGSM49BAMCMBcxFTATBgNVBAMMDHJvb3QubGlu
    a2VyZDAeFw0xNjAxMDEwMDAwMDBaFw0yNjEyMjQwMDAwMDBaMBcxFTATBgNVBAMM
    DHJvb3QubGlua2VyZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHL4INBsxSin
    NZPTTjFlNiZN9rxy+tSYWLlxHj96KwYu4MAbFgx8Q+0bdnf0X6a+hfxvKCpkvUJ0
    C/0ySB5WnZCjEzARMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIg
    OIhA5Kr3M5ogl/A96xoe+CjdlDSHjRGvZRANdM9P64MCID5Lf2CA9WGYOSJT2Ffj
    gqofu5uS2YoP2aRH7LEuVECC
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
    references: &["https://linkerd.io/2/tasks/troubleshooting/#l5d-identity-trustAnchors-not-expiring-soon", "https://linkerd.io/2/tasks/manually-rotating-control-plane-tls-credentials/"],
    aliases: &["l5d-identity-trustAnchors-not-expiring-soon", "l5d-identity-issuer-cert-not-expiring-soon", "l5d-proxy-injector-webhook-cert-not-expiring-soon", "l5d-sp-validator-webhook-cert-not-expiring-soon", "l5d-policy-validator-webhook-cert-not-expiring-soon"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

/// How many seconds ahead are soon.
const SOON: i64 = 60 * 24 * 60 * 60;

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let Some(now) = world.settings().now.and_then(|now| i64::try_from(now.as_secs()).ok()) else { return Vec::new() };
    let plane = world.view::<ControlPlane>();
    let findings = plane.certificates.iter().filter_map(|held| {
        let until = held.certificates.iter().map(|it| it.not_after).filter(|until| *until >= now).min()?;
        let message = format!("{} runs out on {}", held.part.called(), day_of(until));
        let finding = rule.finding(&held.object, held.span, message);
        (until < now.saturating_add(SOON)).then(|| finding.with_help("replace it before that day"))
    });
    findings.collect()
}
