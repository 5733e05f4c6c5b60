//! MSH447 `linkerd-anchors-differ`.

use meshery_core::analyzer::Extent;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::kinds::LINK;
use crate::analyze::linkerd::{ControlPlane, Part};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH447",
    name: "linkerd-anchors-differ",
    extent: Extent::Fleet,
    summary: "Two linked clusters have no trust anchor of Linkerd in common",
    why: "
Requests from one cluster to another are made with mTLS from end to end, so that each side must trust what signed the other's
certificates. Clusters that are linked need at least one trust anchor in common; without it every request between them fails.",
    bad: "
# cluster: east
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
    MIIBMDCB1qADAgECAgEHMAoGCCqGSM49BAMCMBcxFTATBgNVBAMMDHJvb3QubGlu
    a2VyZDAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMBcxFTATBgNVBAMM
    DHJvb3QubGlua2VyZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAdsF9NBgUoO
    n7C9LTC/WS3ymxOVBpVOHXtEZ5fS621N6bN8A3X6FgKbVDRiIbYLVDa5E4Mfvie6
    FqmZKam3pfyjEzARMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIh
    APYITfqGvfkucKXkspSLGl9JC+9tI4EDcPC9574EBJzpAiEAqCWaJ0aW6bRCaupM
    ZX/Dn32zPCRdkXg5XcFpchzEVPQ=
    -----END CERTIFICATE-----",
    good: "
# cluster: east
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
    MIIBLzCB1qADAgECAgEHMAoGCCqGSM49BAMCMBcxFTATBgNVBAMMDHJvb3QubGlu
    a2VyZDAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMBcxFTATBgNVBAMM
    DHJvb3QubGlua2VyZDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHL4INBsxSin
    NZPTTjFlNiZN9rxy+tSYWLlxHj96KwYu4MAbFgx8Q+0bdnf0X6a+hfxvKCpkvUJ0
    C/0ySB5WnZCjEzARMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIg
    VHdQ8tAojrT0jAC1U1PC861J65lqGyyWtaRW9SpNG7QCIQCyTpAPgEb1929LotXf
    xjSMZrgZQPUmSVmLB4FRMlLcWg==
    -----END CERTIFICATE-----",
    references: &["https://linkerd.io/2/tasks/troubleshooting/#l5d-multicluster-clusters-share-anchors"],
    aliases: &["l5d-multicluster-clusters-share-anchors"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    if world.of(LINK).is_empty() {
        return Vec::new();
    }
    let plane = world.view::<ControlPlane>();
    let mut anchors =
        plane.certificates.iter().filter(|held| held.part == Part::Anchors && held.object.cluster.is_some());
    let Some(first) = anchors.next() else { return Vec::new() };
    let others = anchors.filter(|other| !other.certificates.iter().any(|it| first.certificates.contains(it)));
    let findings = others.map(|other| {
        let name = first.object.cluster.as_deref().unwrap_or_default();
        let message = format!("the cluster {name:?} trusts none of these anchors");
        let finding = rule.finding(&other.object, other.span, message);
        let finding = finding.with_help("put the anchors of both clusters into the bundle of each");
        finding.with_related(&first.object, first.span, format!("what {name:?} trusts"))
    });
    findings.collect()
}
