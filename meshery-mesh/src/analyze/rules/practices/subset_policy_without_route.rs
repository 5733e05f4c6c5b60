//! MSH840 `subset-policy-without-route`.

use std::collections::BTreeSet;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Node, Value};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::istio::slots;
use crate::analyze::kinds::{DESTINATION_RULE, VIRTUAL_SERVICE};
use crate::analyze::neutral::full_host;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH840",
    name: "subset-policy-without-route",
    severity: Severity::Warning,
    category: Category::Practice,
    summary: "What a DestinationRule says of a subset never holds, for no route goes to the subset",
    why: "
The policy of a subset holds only for requests that a VirtualService sends to this subset. All others have the policy of the
whole host, also when they happen to reach the same pods. Where no route names the subset, its limits and its outlier
detection are for nobody.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec:
  host: orders
  subsets:
  - name: v1
    labels: { version: v1 }
    trafficPolicy: { connectionPool: { tcp: { maxConnections: 100 } } }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec:
  host: orders
  trafficPolicy: { connectionPool: { tcp: { maxConnections: 100 } } }
  subsets: [{ name: v1, labels: { version: v1 } }]",
    references: &[
        "https://istio.io/latest/docs/ops/common-problems/network-issues/#destination-rule-policy-not-activated",
    ],
    meshes: &["istio"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut routed: BTreeSet<(String, &str)> = BTreeSet::new();
    for service in world.of(VIRTUAL_SERVICE) {
        let named = slots(service).filter(|slot| !slot.subset().is_empty());
        routed.extend(named.map(|slot| (full_host(slot.host(), service.namespace_or_default()), slot.subset())));
    }
    let mut findings = Vec::new();
    for object in world.of(DESTINATION_RULE) {
        let named = object.text(&["spec", "host"]).unwrap_or_default();
        let host = full_host(named, object.namespace_or_default());
        // A wildcard is for hosts whose routes name themselves.
        for subset in object.items(&["spec", "subsets"]).iter().filter(|_| !named.is_empty() && !named.starts_with('*'))
        {
            let Some(name) = subset.get("name").and_then(Node::as_str) else { continue };
            let policy = subset.get("trafficPolicy").filter(|it| matches!(it.value, Value::Map(_)) && !it.is_empty());
            let Some(policy) = policy.filter(|_| !routed.contains(&(host.clone(), name))) else { continue };
            let message =
                format!("no route goes to the subset {name:?} of {named:?}, so that its policy holds for nobody");
            let help = "route to the subset, or say it of the whole host";
            let finding = rule.finding(object, policy.span, message).with_help(help);
            let read = world.covers(VIRTUAL_SERVICE, object.namespace_or_default());
            findings.extend(of_missing(world, read, finding, "no VirtualService outside the input routes to it"));
        }
    }
    findings
}
