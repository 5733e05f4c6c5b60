//! MSH708 `cilium-cidr-group-unknown`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::cilium::kinds::CIDR_GROUP;
use crate::analyze::cilium::policies::{entries, list};
use crate::analyze::edit::meant;
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH708",
    name: "cilium-cidr-group-unknown",
    summary: "A Cilium network policy names a group of networks that does not exist",
    why: "
A CiliumCIDRGroup that does not exist has no networks, so that the item allows, or denies, nobody.",
    bad: "
apiVersion: cilium.io/v2
kind: CiliumCIDRGroup
metadata: { name: offices }
spec: { externalCIDRs: [192.0.2.0/24] }
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  ingress: [{ fromCIDRSet: [{ cidrGroupRef: office }] }]",
    good: "
apiVersion: cilium.io/v2
kind: CiliumCIDRGroup
metadata: { name: offices }
spec: { externalCIDRs: [192.0.2.0/24] }
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: reviews, namespace: shop }
spec:
  endpointSelector: { matchLabels: { app: reviews } }
  ingress: [{ fromCIDRSet: [{ cidrGroupRef: offices }] }]",
    references: &["https://docs.cilium.io/en/stable/network/kubernetes/ciliumcidrgroup/"],
    meshes: &["cilium"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let sets = entries(world).flat_map(|entry| {
        let key = if entry.section.out { "toCIDRSet" } else { "fromCIDRSet" };
        list(entry.node, key).iter().filter_map(move |set| Some((entry.policy, set.get("cidrGroupRef")?)))
    });
    let findings = sets.filter_map(|(policy, node)| {
        let name = node.as_str().filter(|name| !name.is_empty() && world.get(CIDR_GROUP, "", name).is_none())?;
        let finding = rule.finding(policy, node.span, format!("there is no CiliumCIDRGroup {name:?}"));
        let groups = world.of(CIDR_GROUP);
        let finding = meant(
            finding,
            policy,
            name,
            nearest(name, groups.iter().map(|group| &*group.name)),
            "make the CiliumCIDRGroup",
        );
        of_missing(
            world,
            !groups.is_empty(),
            finding,
            &format!("there is no CiliumCIDRGroup {name:?} outside the input"),
        )
    });
    findings.collect()
}
