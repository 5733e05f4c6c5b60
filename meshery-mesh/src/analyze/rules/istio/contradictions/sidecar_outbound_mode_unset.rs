//! MSH270 `sidecar-outbound-mode-unset`.

use meshery_core::resource::Value;
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::kinds::SIDECAR;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH270",
    name: "sidecar-outbound-mode-unset",
    severity: Severity::Info,
    summary: "A Sidecar has a policy for unknown hosts, and does not say which",
    why: "
Without `outboundTrafficPolicy` a Sidecar follows the mesh, which lets workloads call hosts that it does not know. With
an empty one the mode is the first of its kind, `REGISTRY_ONLY`, and the same calls fail. Tools that read the object
see no difference between the two.",
    bad: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { outboundTrafficPolicy: {} }",
    good: "
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { outboundTrafficPolicy: { mode: REGISTRY_ONLY } }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/sidecar/#OutboundTrafficPolicy",
        "https://github.com/kiali/kiali/issues/5882",
    ],
    meshes: &["istio"],
    aliases: &["KIA1007"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    world.each(SIDECAR, |sidecar| {
        let policy = sidecar.root.at(&["spec", "outboundTrafficPolicy"])?;
        let says = policy.get("mode").is_some_and(|mode| !mode.is_empty());
        if says || !matches!(policy.value, Value::Map(_)) {
            return None;
        }
        let message = "the policy has no mode, which means REGISTRY_ONLY here";
        Some(rule.finding(sidecar, policy.span, message).with_help("write the mode that is meant"))
    })
}
