//! MSH441 `linkerd-certificate-not-valid`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::{ControlPlane, Held, Part, day_of};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH441",
    name: "linkerd-certificate-not-valid",
    summary: "A certificate of Linkerd's control plane is not valid at this time",
    why: "
When the trust anchor or the issuer's certificate has run out, no proxy gets a certificate or trusts another, and all traffic of the
mesh fails. When a webhook's certificate has, the API server cannot ask it: with `failurePolicy: Fail` no pod starts, otherwise
pods start without a proxy.

Text that is no certificate is not judged, for charts are often rendered with placeholders.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-identity-trust-roots, namespace: linkerd }
data:
  ca-bundle.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBLTCB1qADAgECAgEHMAoGCCqGSM49BAMCMBcxFTATBgNVBAMMDHJvb3QubGlu
    a2VyZDAeFw0xNjAxMDEwMDAwMDBaFw0yNjAxMDEwMDAwMDBaMBcxFTATBgNVBAMM
    DHJvb3QubGlua2VyZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHL4INBsxSin
    NZPTTjFlNiZN9rxy+tSYWLlxHj96KwYu4MAbFgx8Q+0bdnf0X6a+hfxvKCpkvUJ0
    C/0ySB5WnZCjEzARMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRgAwQwIf
    DpgX4UaQKdBIJu5pGqX3hyM8j6rtg8BtfMCUmHLruwIgOnxZAUdiJTTHkOu8aXqi
    un8iyq3cmb9tX5+d+kspWno=
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
    references: &["https://linkerd.io/2/tasks/troubleshooting/#l5d-identity-trustAnchors-are-time-valid", "https://linkerd.io/2/tasks/troubleshooting/#l5d-identity-issuer-cert-is-time-valid"],
    aliases: &["l5d-identity-trustAnchors-are-time-valid", "l5d-identity-issuer-cert-is-time-valid", "l5d-proxy-injector-webhook-cert-valid", "l5d-sp-validator-webhook-cert-valid", "l5d-policy-validator-webhook-cert-valid"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let Some(now) = world.settings().now.and_then(|now| i64::try_from(now.as_secs()).ok()) else { return Vec::new() };
    let plane = world.view::<ControlPlane>();
    plane.certificates.iter().filter_map(|held| check(rule, held, now)).collect()
}

fn check(rule: &RuleInfo, held: &Held, now: i64) -> Option<Finding> {
    let outside = held.certificates.iter().find(|it| now < it.not_before || it.not_after < now)?;
    let what = held.part.called();
    let message = if outside.not_after < now {
        format!("{what} has run out on {}", day_of(outside.not_after))
    } else {
        format!("{what} is valid from {} on", day_of(outside.not_before))
    };
    let advice = match held.part {
        Part::Anchors => "make a new trust anchor, and put it beside the old one until every proxy has seen it",
        Part::Issuer => "make a new issuer certificate, signed by the trust anchor",
        Part::Webhook(_) => "make a new certificate for the webhook, or delete the Secret and upgrade Linkerd",
    };
    Some(rule.finding(&held.object, held.span, message).with_help(advice))
}
