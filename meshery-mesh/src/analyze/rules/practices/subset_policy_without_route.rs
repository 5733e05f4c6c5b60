//! MSH840 `subset-policy-without-route`.

use std::collections::HashSet;
use std::sync::Arc;

use meshery_core::analyzer::Category;
use meshery_core::resource::{Kind, Node, Value};
use meshery_core::world::{Facet, Facets, Settings};
use meshery_core::{Finding, Resource, RuleInfo, Severity, Span, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::istio::{Slot, slots};
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
    let policies = world.view::<Facets<Policies>>();
    if policies.iter().next().is_none() {
        return Vec::new();
    }
    let services = world.view::<Facets<Routed>>();
    let all = services.iter().flat_map(|(_, routed)| &routed.0);
    let reached: HashSet<(&str, &str)> = all.map(|(host, subset)| (host.as_str(), subset.as_str())).collect();
    let mut findings = Vec::new();
    for (object, Policies { host, subsets }) in policies.iter().map(|(object, policies)| (object, &**policies)) {
        for (name, place) in subsets.iter().filter(|(name, _)| !reached.contains(&(host.as_str(), name.as_str()))) {
            let named = object.text(&["spec", "host"]).unwrap_or_default();
            let message =
                format!("no route goes to the subset {name:?} of {named:?}, so that its policy holds for nobody");
            let help = "route to the subset, or say it of the whole host";
            let finding = rule.finding(object, *place, message).with_help(help);
            let read = world.covers(VIRTUAL_SERVICE, object.namespace_or_default());
            findings.extend(of_missing(world, read, finding, "no VirtualService outside the input routes to it"));
        }
    }
    findings
}

/// The subsets that a VirtualService routes to, by their hosts.
struct Routed(Vec<(String, String)>);

impl Facet for Routed {
    const KINDS: &'static [Kind<'static>] = &[VIRTUAL_SERVICE];

    fn of(service: &Arc<Resource>, _: &Settings) -> Option<Self> {
        let named = slots(service).filter(|slot| !slot.subset().is_empty());
        let full = |slot: Slot<'_>| full_host(slot.host(), service.namespace_or_default());
        let routed: Vec<_> = named.map(|slot| (full(slot), slot.subset().to_owned())).collect();
        (!routed.is_empty()).then_some(Self(routed))
    }
}

/// The subsets of a DestinationRule that have a policy, and where it is.
struct Policies {
    host: String,
    subsets: Vec<(String, Span)>,
}

impl Facet for Policies {
    const KINDS: &'static [Kind<'static>] = &[DESTINATION_RULE];

    fn of(object: &Arc<Resource>, _: &Settings) -> Option<Self> {
        let named = object.text(&["spec", "host"]).unwrap_or_default();
        // A wildcard is for hosts whose routes name themselves.
        let is_one = !named.is_empty() && !named.starts_with('*');
        let subsets = object.items(&["spec", "subsets"]).iter().filter(|_| is_one).filter_map(|subset| {
            let policy =
                subset.get("trafficPolicy").filter(|it| matches!(it.value, Value::Map(_)) && !it.is_empty())?;
            Some((subset.get("name").and_then(Node::as_str)?.to_owned(), policy.span))
        });
        let policies = Self { host: full_host(named, object.namespace_or_default()), subsets: subsets.collect() };
        (!policies.subsets.is_empty()).then_some(policies)
    }
}
