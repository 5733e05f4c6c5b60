//! MSH808 `authz-trustdomain-mismatch`.

use meshery_core::analyzer::Category;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::neutral::{Identities, Identity};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH808",
    name: "authz-trustdomain-mismatch",
    severity: Severity::Warning,
    category: Category::Security,
    summary: "A policy names an identity of a trust domain that the mesh does not know",
    why: "
Nobody has such an identity, so that the policy is for nobody: what is allowed is not, and what is denied is let in. It
happens when the trust domain of a mesh is changed, or a policy is copied from another cluster.

The trust domain of Linkerd is in its `linkerd-config`, those of Kuma in MeshTrusts and MeshIdentities. A trust domain that is
computed is not told. Of Istio another rule speaks.",
    bad: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-config, namespace: linkerd }
data:
  values: |
    identityTrustDomain: cluster.local
    proxy: { defaultInboundPolicy: deny }
---
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: { name: page, namespace: shop }
spec: { identities: [page.shop.serviceaccount.identity.linkerd.other.example] }",
    good: "
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-config, namespace: linkerd }
data:
  values: |
    identityTrustDomain: cluster.local
    proxy: { defaultInboundPolicy: deny }
---
apiVersion: policy.linkerd.io/v1alpha1
kind: MeshTLSAuthentication
metadata: { name: page, namespace: shop }
spec: { identities: [page.shop.serviceaccount.identity.linkerd.cluster.local] }",
    references: &[
        "https://linkerd.io/2/reference/authorization-policy/",
        "https://kuma.io/docs/latest/policies/meshtrafficpermission/",
    ],
    meshes: &["kuma", "linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let identities = world.view::<Identities>();
    let unknown = identities.iter().filter(|it| !it.known.contains(&*it.domain));
    unknown.filter_map(|it| finding(world, rule, it)).collect()
}

fn finding(world: &World, rule: &RuleInfo, it: &Identity) -> Option<Finding> {
    let message = format!("{} knows no trust domain {:?}", it.mesh.title(), &*it.domain);
    let near = nearest(&it.domain, it.known.iter().map(String::as_str));
    let known = it.known.iter().map(|domain| format!("{domain:?}")).collect::<Vec<_>>().join(", ");
    let help = match near {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("name an identity of {known}"),
    };
    let finding = it.said.relate(it.place.finding(rule, message).with_help(help), "says which it knows");
    of_missing(world, true, finding, "no object outside the input says that the mesh trusts it")
}
