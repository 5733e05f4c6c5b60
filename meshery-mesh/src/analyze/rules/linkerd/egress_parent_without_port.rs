//! MSH409 `linkerd-egress-parent-without-port`.

use meshery_core::resource::Node;
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::linkerd::routes::{self, ALL, Parent};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH409",
    name: "linkerd-egress-parent-without-port",
    summary: "A route for an EgressNetwork does not say for which port",
    why: "
An EgressNetwork has no ports of its own, so that a route for it must say which one it is for. The policy controller's
webhook refuses a route that does not.",
    bad: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: payments, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: EgressNetwork, name: outside }]
  rules: [{ matches: [{ path: { value: /pay } }] }]",
    good: "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: payments, namespace: shop }
spec:
  parentRefs: [{ group: policy.linkerd.io, kind: EgressNetwork, name: outside, port: 80 }]
  rules: [{ matches: [{ path: { value: /pay } }] }]",
    references: &["https://linkerd.io/2/reference/egress-network/"],
    meshes: &["linkerd"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let findings = routes::of(world, &ALL).into_iter().flat_map(|route| {
        let bare = routes::parents(route, Parent::EgressNetwork).filter(|it| it.get("port").is_none_or(Node::is_empty));
        let found = bare.map(|reference| {
            let message = "the route does not say for which port of the EgressNetwork it is";
            rule.finding(route, reference.span, message).with_help("add port")
        });
        found.collect::<Vec<_>>()
    });
    findings.collect()
}
