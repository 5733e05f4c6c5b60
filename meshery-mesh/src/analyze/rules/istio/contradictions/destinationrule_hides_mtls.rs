//! MSH263 `destinationrule-hides-mtls`.

use meshery_core::resource::Node;
use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use super::{key_of, path_or};
use crate::analyze::Rule;
use crate::analyze::istio::{ClientMode, Mtls, host_key};
use crate::analyze::kinds::DESTINATION_RULE;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH263",
    name: "destinationrule-hides-mtls",
    severity: Severity::Warning,
    summary: "A DestinationRule says nothing of TLS, and takes the place of a wider one that turns mutual TLS on",
    why: "
Of several DestinationRules whose hosts fit, the one with the narrowest host counts, and nothing of the others is added
to it. What a rule for the whole namespace or mesh says of mutual TLS is therefore lost for the hosts that have a rule
of their own. With automatic mutual TLS, which is the default, the clients use it all the same where the server has a
proxy.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all, namespace: shop }
spec: { host: '*.shop.svc.cluster.local', trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, trafficPolicy: { loadBalancer: { simple: RANDOM } } }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: all, namespace: shop }
spec: { host: '*.shop.svc.cluster.local', trafficPolicy: { tls: { mode: ISTIO_MUTUAL } } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, trafficPolicy: { loadBalancer: { simple: RANDOM }, tls: { mode: ISTIO_MUTUAL } } }",
    references: &[
        "https://istio.io/latest/docs/ops/common-problems/network-issues/#503-errors-after-setting-destination-rule",
        "https://kiali.io/docs/features/validations/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0204"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mtls = world.view::<Mtls>();
    world.each(DESTINATION_RULE, |object| check(rule, &mtls, object))
}

fn check(rule: &RuleInfo, mtls: &Mtls, object: &Resource) -> Option<Finding> {
    let policy = object.root.at(&["spec", "trafficPolicy"]);
    if policy.is_some_and(says_tls) {
        return None;
    }
    let host = host_key(object.text(&["spec", "host"])?, object.namespace_or_default());
    let wider = mtls.client(&host).filter(|wider| wider.says == ClientMode::Mesh)?;
    let message = format!("{} turns mutual TLS on for this host, and is not heeded for this rule", wider.object);
    let place = path_or(object, &["spec", "trafficPolicy"], key_of(object, "spec"));
    let finding = rule.finding(object, place, message);
    let finding = finding.with_help("repeat trafficPolicy.tls with mode ISTIO_MUTUAL here");
    Some(finding.with_related(&wider.object, wider.span, "what is lost"))
}

/// Whether a policy says how to use TLS, if only for one port.
fn says_tls(policy: &Node) -> bool {
    let ports = policy.get("portLevelSettings").map(Node::items).unwrap_or_default();
    policy.get("tls").into_iter().chain(ports.iter().filter_map(|port| port.get("tls"))).next().is_some()
}
