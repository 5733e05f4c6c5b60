//! MSH820 `root-ca-differs`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use meshery_core::analyzer::{Category, Extent};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::neutral::{Authorities, Authority, Mesh, Role};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH820",
    name: "root-ca-differs",
    severity: Severity::Warning,
    category: Category::Security,
    extent: Extent::Fleet,
    summary: "Clusters that are joined to one mesh trust different roots",
    why: "
A workload of the one refuses the certificate of the other: every call between them fails. Give all clusters certificates
that are traced back to one root, or let each trust the roots of all.

Clusters count as joined where an object says so: a Link of Linkerd, a Secret with the label `istio/multiCluster` of Istio.
Compared are the trust anchors that are among the input: of Istio the Secrets `cacerts` and `istio-ca-secret` and the
ConfigMap `istio-ca-root-cert`, of Linkerd the ConfigMap `linkerd-identity-trust-roots`. Keys are never read.",
    bad: "
# cluster: east
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
    -----END CERTIFICATE-----
---
apiVersion: multicluster.linkerd.io/v1alpha3
kind: Link
metadata: { name: west, namespace: linkerd-multicluster }
spec: { targetClusterName: west }
# cluster: west
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-identity-trust-roots, namespace: linkerd }
data:
  ca-bundle.crt: |
    -----BEGIN CERTIFICATE-----
    MIIBJDCBzKADAgECAgEBMAoGCCqGSM49BAMCMBExDzANBgNVBAMMBnJvb3QgYjAg
    Fw0yNjAxMDEwMDAwMDBaGA8yMTI1MTIzMTAwMDAwMFowETEPMA0GA1UEAwwGcm9v
    dCBiMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+eSM7bs6Vf4CUHFG6JGbS67X
    LHihUaUY0QmEfexDM4f4VFGMRd6yyP12QdJaG25Y3daKMpEnv4XIdEdwRDq/5aMT
    MBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBaHM5xMfWM09Ah
    hFHZGs0NjXpsuj1mNzBjp2dNrcBqHwIgNcjlzdHjzd93BOSAaz0ul5pRrRnl5J7v
    0YMKLjEHQCc=
    -----END CERTIFICATE-----",
    good: "
# cluster: east
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
    -----END CERTIFICATE-----
---
apiVersion: multicluster.linkerd.io/v1alpha3
kind: Link
metadata: { name: west, namespace: linkerd-multicluster }
spec: { targetClusterName: west }
# cluster: west
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
        "https://linkerd.io/2/tasks/installing-multicluster/",
        "https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/",
    ],
    meshes: &["istio", "linkerd"],
    run,
    ..Rule::NEW
};

/// What a cluster trusts.
struct Roots<'a> {
    first: &'a Authority,
    prints: BTreeSet<[u8; 32]>,
    /// Whether there is only one, which the control plane has made for itself.
    own: bool,
}

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let authorities = world.view::<Authorities>();
    let mut findings = Vec::new();
    for mesh in [Mesh::Istio, Mesh::Linkerd] {
        let Some((_, joint)) = authorities.joined.iter().find(|(joined, _)| *joined == mesh) else { continue };
        let mut clusters: BTreeMap<Option<Arc<str>>, Roots<'_>> = BTreeMap::new();
        for it in authorities.all.iter().filter(|it| it.mesh == mesh && it.role == Role::Root) {
            let new = || Roots { first: it, prints: BTreeSet::new(), own: true };
            let roots = clusters.entry(it.place.object.cluster.clone()).or_insert_with(new);
            roots.prints.extend(it.certificates.iter().map(|certificate| certificate.print));
            roots.own &= &*it.place.object.name == "istio-ca-secret";
        }
        let mut clusters = clusters.values();
        let Some(one) = clusters.next() else { continue };
        for other in clusters.filter(|other| other.prints.is_disjoint(&one.prints)) {
            let cluster = one.first.place.object.cluster.as_deref().unwrap_or_default();
            let message = format!("cluster {cluster:?} trusts none of the roots of this one");
            let help = if one.own || other.own {
                "give istiod of every cluster a certificate of one common root, by the Secret cacerts"
            } else {
                "let the certificates of all clusters be traced back to one root, or let each trust all roots"
            };
            let finding = other.first.place.finding(rule, message).with_help(help);
            let finding = one.first.place.relate(finding, "trusts another root");
            findings.push(joint.relate(finding, "joins the clusters"));
        }
    }
    findings
}
