//! MSH821 `identity-ca-lifetime`.

use std::time::Duration;

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Authorities, Authority, Role};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH821",
    name: "identity-ca-lifetime",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "Who signs identities will be over soon, or identities last for long",
    why: "
When a trust anchor or an issuer is over, no workload gets an identity any more, and the whole mesh stops: with less than 60
days left it is time to renew it, if two thirds of its time are over. Who rotates certificates by a tool does so before.

An identity that is stolen is of use as long as it is valid. Meshes renew those of workloads by themselves, most of them each
day; one that lasts for more than a day is for your information.

Of several anchors those count that are not followed by one with more time. Keys are never read, and nothing of a Secret's
content is ever said but the days.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-identity-trust-roots, namespace: linkerd }
data:
  ca-bundle.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBIzCByqADAgECAgEBMAoGCCqGSM49BAMCMBExDzANBgNVBAMMBnJvb3QgYzAe
    Fw0xNjEyMzEwMDAwMDBaFw0yNjEyMzEwMDAwMDBaMBExDzANBgNVBAMMBnJvb3Qg
    YzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABK6smph7CERW7EGqjerDaWERed76
    DDtKwsiQuRU32UNsFNz4O4gRpzwUSIKS6Jk2SQxQz4yPeLvIUImaLJHYSO6jEzAR
    MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAKIgo5LqFyYhRTG/
    i83CnCfaH9Iovr6Rx2NypfTzjp1iAiBfObPCg25yYEKOV8XyR4ZgqgNSR/opfBFI
    P1/jTf918g==
    -----END CERTIFICATE-----",
    good: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-identity-trust-roots, namespace: linkerd }
data:
  ca-bundle.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBJTCBzKADAgECAgEBMAoGCCqGSM49BAMCMBExDzANBgNVBAMMBnJvb3QgYTAg
    Fw0yNjAxMDEwMDAwMDBaGA8yMTI1MTIzMTAwMDAwMFowETEPMA0GA1UEAwwGcm9v
    dCBhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqtPiw9qNT/SArjW31kKZH7zS
    iDN718kCsJbbbb/qQr0gXniDaqj0S8mmjhlG0/XGfU+t5yq56hXeWHtbVRhMGKMT
    MBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA3iplfpjPVaxs
    L7wow0rkBEkeIZaTT/hwmxhQh9hqL0sCIEyeRYkZKHe2peOWFJ82t7yOlJVWwKqp
    +XV5tog9+l/6
    -----END CERTIFICATE-----",
    references: &[
        "https://linkerd.io/2/tasks/manually-rotating-control-plane-tls-credentials/",
        "https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/",
        "https://kuma.io/docs/latest/policies/mutual-tls/",
        "https://developer.hashicorp.com/consul/docs/connect/ca/consul",
    ],
    meshes: &["consul", "istio", "kuma", "linkerd"],
    run,
    ..Rule::NEW
};

/// With how many days left it is told.
const LATER: i64 = 60;
/// What an identity lasts at most.
const DAY: Duration = Duration::from_secs(86_400);

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let authorities = world.view::<Authorities>();
    let now = world.settings().now.and_then(|now| i64::try_from(now.as_secs()).ok());
    let ending = authorities.all.iter().filter_map(|it| ending(rule, it, now?));
    let lasting = authorities.lifetimes.iter().filter(|it| it.time > DAY).map(|it| {
        let hours = it.time.as_secs() / 3_600;
        let message = format!("identities of {} are valid for {hours} hours", it.mesh.title());
        let finding = it.place.finding(rule, message).as_bad_as(Severity::Info);
        finding.with_help("let them last for a day or less, for they are renewed without anybody's doing")
    });
    ending.chain(lasting).collect()
}

fn ending(rule: &RuleInfo, it: &Authority, now: i64) -> Option<Finding> {
    // Of anchors that are exchanged the old one is still there; of a chain whoever is over first ends it.
    let left = it.certificates.iter().map(|certificate| certificate.ends_within(LATER, now));
    let left =
        if it.role == Role::Root { left.collect::<Option<Vec<_>>>()?.into_iter().max() } else { left.flatten().min() };
    let (mesh, what) = (it.mesh.title(), it.role.words());
    let message = match left? {
        ..0 => format!("{what} of {mesh} is valid no longer"),
        0 => format!("{what} of {mesh} is valid for less than a day"),
        1 => format!("{what} of {mesh} is valid for one day more"),
        left => format!("{what} of {mesh} is valid for {left} days more"),
    };
    Some(
        it.place
            .finding(rule, message)
            .with_help("renew it, with a time in which both the old and the new one are trusted"),
    )
}
