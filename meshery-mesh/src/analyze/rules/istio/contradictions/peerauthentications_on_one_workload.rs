//! MSH274 `peerauthentications-on-one-workload`.

use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::istio::{overlapping, selecting};
use crate::analyze::kinds::PEER_AUTHENTICATION;
use crate::analyze::kubernetes::Workloads;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH274",
    name: "peerauthentications-on-one-workload",
    summary: "Several PeerAuthentications with a selector are for the same workload",
    why: "
Of several PeerAuthentications that select a workload the one that was made first counts, and the others are ignored.
Whether the workload insists on mutual TLS then depends on which of the files was applied first.",
    bad: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: v1, namespace: shop }
spec: { selector: { matchLabels: { version: v1 } }, mtls: { mode: PERMISSIVE } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews, namespace: shop, labels: { app: reviews, version: v1 } }",
    good: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: reviews, namespace: shop }
spec: { selector: { matchLabels: { app: reviews } }, mtls: { mode: STRICT } }
---
apiVersion: v1
kind: Pod
metadata: { name: reviews, namespace: shop, labels: { app: reviews, version: v1 } }",
    references: &[
        "https://istio.io/latest/docs/concepts/security/#peer-authentication",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0003"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let policies = selecting(world, PEER_AUTHENTICATION, &["spec", "selector", "matchLabels"]);
    let overlaps = overlapping(&policies, &world.view::<Workloads>(), |_| true);
    let help = "let each workload be selected by one PeerAuthentication only";
    overlaps.iter().map(|overlap| overlap.finding(rule, help)).collect()
}
