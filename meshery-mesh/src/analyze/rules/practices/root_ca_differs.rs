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
    dCBhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmGNXMP7XcUtmLN6bGbejh4Pc
    tWo3wyxACjzerKPL/C4TjAP7NRMhvYUDHYQ3XgoP4Qg+q/Bjhn6fI1RochUXhKMT
    MBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAve3HvkP9JVmf
    q9dSj9DcJLy+8kDKWKUzSVGWFtDahhkCIFmukqQNb6BWOVtU4Htno7LnwxM9uJxp
    olDSG2dvu6PJ
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
    dCBiMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQZKV6ANT2ex6OclWHe2IpZ6h
    0eK3h4wjAiBdbnlVcubl1eBKBoR1ScGLtWy7Usz/kTynUfAZl8VxBugkhthNOKMT
    MBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiB+BMuKUct1JkDb
    hnxfTHTHHdwwu5AV7ZoA6Qg/fcby3gIgY/oPyaHsYSrPLZ8ZaUuzeTL5uH9cjLLa
    XpKGb5quU14=
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
    dCBhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmGNXMP7XcUtmLN6bGbejh4Pc
    tWo3wyxACjzerKPL/C4TjAP7NRMhvYUDHYQ3XgoP4Qg+q/Bjhn6fI1RochUXhKMT
    MBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAve3HvkP9JVmf
    q9dSj9DcJLy+8kDKWKUzSVGWFtDahhkCIFmukqQNb6BWOVtU4Htno7LnwxM9uJxp
    olDSG2dvu6PJ
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
    dCBhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmGNXMP7XcUtmLN6bGbejh4Pc
    tWo3wyxACjzerKPL/C4TjAP7NRMhvYUDHYQ3XgoP4Qg+q/Bjhn6fI1RochUXhKMT
    MBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAve3HvkP9JVmf
    q9dSj9DcJLy+8kDKWKUzSVGWFtDahhkCIFmukqQNb6BWOVtU4Htno7LnwxM9uJxp
    olDSG2dvu6PJ
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
