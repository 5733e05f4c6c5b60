//! MSH273 `peerauthentications-without-selector`.

use meshery_core::resource::{Node, Resource};
use meshery_core::{Finding, RuleInfo, World};

use super::{key_of, path_or};
use crate::analyze::Rule;
use crate::analyze::istio::several;
use crate::analyze::kinds::PEER_AUTHENTICATION;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH273",
    name: "peerauthentications-without-selector",
    summary: "A namespace has several PeerAuthentications that are for all of its workloads",
    why: "
For a whole namespace, and for the mesh, only the PeerAuthentication that was made first counts; istiod ignores the
others. Whether servers insist on mutual TLS then depends on which of the files was applied first.",
    bad: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: migration, namespace: shop }
spec: { mtls: { mode: PERMISSIVE } }",
    good: "
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: shop }
spec: { mtls: { mode: STRICT } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: migration, namespace: shop }
spec: { selector: { matchLabels: { app: legacy } }, mtls: { mode: PERMISSIVE } }",
    references: &[
        "https://istio.io/latest/docs/concepts/security/#peer-authentication",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0002"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let is_default =
        |policy: &Resource| policy.root.at(&["spec", "selector", "matchLabels"]).is_none_or(Node::is_empty);
    let place = |policy: &Resource| path_or(policy, &["spec", "selector"], key_of(policy, "spec"));
    let findings = several(world, PEER_AUTHENTICATION, is_default).into_iter().map(|(policy, other)| {
        let message = format!("{policy} and {other} both are for all workloads of their namespace");
        let finding = rule.finding(policy, place(policy), message);
        let finding = finding.with_help("make one PeerAuthentication of them, or select workloads");
        finding.with_related(other, place(other), "is for all workloads, too")
    });
    findings.collect()
}
