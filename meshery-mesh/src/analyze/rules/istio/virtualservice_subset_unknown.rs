//! MSH187 `virtualservice-subset-unknown`.

use std::collections::BTreeSet;
use std::sync::Arc;

use meshery_core::resource::{Kind, Node, Resource};
use meshery_core::world::{Facet, Facets, Settings};
use meshery_core::{Finding, RuleInfo, World};

use crate::analyze::Rule;
use crate::analyze::certainty::of_missing;
use crate::analyze::edit::meaning;
use crate::analyze::istio::{
    Host, Slot, Subsets, clients, host_key, service_named, slots, subset_names, told_namespace,
};
use crate::analyze::kinds::{DESTINATION_RULE, VIRTUAL_SERVICE};
use crate::nearest::nearest;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH187",
    name: "virtualservice-subset-unknown",
    summary: "A VirtualService routes to a subset that no DestinationRule of the host defines",
    why: "
A subset is what a DestinationRule of the host says it is. Envoy has no cluster for one that nobody defines, and answers
every request of such a route with 503.

The DestinationRule may be in another namespace, if it is exported to one from which the VirtualService is used, and may be
for many hosts by a wildcard. Whether istiod looks for it in that namespace is not seen.",
    bad: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: version1 } }] }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }] }",
    good: "
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews, subset: v1 } }] }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }] }",
    references: &[
        "https://istio.io/latest/docs/reference/config/networking/destination-rule/#Subset",
        "https://istio.io/latest/docs/ops/best-practices/traffic-management/#avoid-503-errors-while-reconfiguring-service-routes",
    ],
    meshes: &["istio"],
    aliases: &["IST0101", "KIA1107"],
    upstream: "virtualservice.DestinationRuleAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    if world.settings().compatible {
        return as_istioctl(world, rule);
    }
    let (subsets, routed) = (world.view::<Subsets>(), world.view::<Facets<Routed>>());
    let unknown =
        routed.iter().filter(|(_, it)| it.asked.iter().any(|(host, subset)| !subsets.has(host, subset, &it.used)));
    unknown.flat_map(|(service, it)| check(world, rule, &subsets, service, &it.used)).collect()
}

/// The subsets that a VirtualService routes to.
struct Routed {
    /// The namespaces from which it is used, and its own.
    used: Vec<Arc<str>>,
    /// Hosts in full, with the subset of each.
    asked: Vec<(String, String)>,
}

impl Facet for Routed {
    const KINDS: &'static [Kind<'static>] = &[VIRTUAL_SERVICE];

    fn of(service: &Arc<Resource>, _: &Settings) -> Option<Self> {
        let own = service.namespace_or_default();
        let mut used = clients(service);
        if used.is_empty() {
            return None;
        }
        used.push(own.into());
        let mut asked: Vec<(String, String)> =
            routed(service).map(|slot| (host_key(slot.host(), own), slot.subset().to_owned())).collect();
        asked.sort();
        asked.dedup();
        (!asked.is_empty()).then_some(Self { used, asked })
    }
}

/// A host that is no full name of a Service is one of the namespace, so that only DestinationRules beside the
/// VirtualService count.
fn as_istioctl(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut known: BTreeSet<(&str, &str, &str)> = BTreeSet::new();
    for rule in world.of(DESTINATION_RULE) {
        let host = rule.text(&["spec", "host"]).unwrap_or_default();
        let (namespace, name) = service_named(host, told_namespace(rule));
        known.extend(subset_names(rule).map(|subset| (namespace, name, subset)));
    }
    world.each(VIRTUAL_SERVICE, |service| {
        let unknown = routed(service).filter(|slot| {
            let (namespace, name) = service_named(slot.host(), told_namespace(service));
            !known.contains(&(namespace, name, slot.subset()))
        });
        unknown.map(|slot| finding(rule, service, slot)).collect::<Vec<_>>()
    })
}

/// The destinations that name a subset.
fn routed(service: &Resource) -> impl Iterator<Item = Slot<'_>> {
    slots(service).filter(|slot| !slot.subset().is_empty())
}

fn check(world: &World, rule: &RuleInfo, subsets: &Subsets, service: &Resource, used: &[Arc<str>]) -> Vec<Finding> {
    let own = service.namespace_or_default();
    let findings = routed(service).filter_map(|slot| {
        let rules = subsets.rules(slot.host(), own, used);
        if rules.iter().any(|rule| subset_names(rule).any(|name| name == slot.subset())) {
            return None;
        }
        let finding = finding(rule, service, slot);
        let finding = match nearest(slot.subset(), rules.iter().flat_map(|rule| subset_names(rule))) {
            Some(near) => meaning(finding, service, slot.subset(), near),
            None => finding,
        };
        let finding = rules.iter().take(3).fold(finding, |finding, &rule| {
            let place = rule.root.at(&["spec", "subsets"]).map_or(rule.head(), |subsets| subsets.span);
            finding.with_related(rule, place, "has other subsets of the host")
        });
        let home = Host::parse(slot.host(), own).as_service().map_or(own, |(_, namespace)| namespace);
        let read = !rules.is_empty() || world.covers(DESTINATION_RULE, home);
        let assumed = format!("no DestinationRule outside the input defines subsets of {:?}", slot.host());
        of_missing(world, read, finding, &assumed)
    });
    findings.collect()
}

fn finding(rule: &RuleInfo, service: &Resource, slot: Slot<'_>) -> Finding {
    let span = slot.field("subset").map_or(slot.place().span, |subset: &Node| subset.span);
    let message = format!("no DestinationRule defines the subset {:?} of the host {:?}", slot.subset(), slot.host());
    rule.finding(service, span, message).with_help("define the subset in the DestinationRule of the host")
}
