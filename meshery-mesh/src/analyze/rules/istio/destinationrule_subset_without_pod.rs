//! MSH127 `destinationrule-subset-without-pod`.

use std::collections::BTreeMap;
use std::sync::Arc;

use meshery_core::resource::{Node, Resource};
use meshery_core::world::{Labels, Reach, Selector};
use meshery_core::{Finding, RuleInfo, Severity, World};

use crate::analyze::Rule;
use crate::analyze::istio::{Endpoints, Host, ScopedHosts, host_key};
use crate::analyze::kinds::{DESTINATION_RULE, SERVICE_ENTRY};
use crate::analyze::kubernetes::{PlacedPods, SERVED, Service, Services, Workloads, is_of_place};

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH127",
    name: "destinationrule-subset-without-pod",
    summary: "A subset of a DestinationRule selects no workload of its host",
    why: "
Requests that a route sends to such a subset are answered with 503, for there is nobody to send them to.

A subset selects among the workloads that the host's Service selects, or the endpoints that its ServiceEntry lists.
Workloads of every kind count, also those that are scaled to zero, and machines outside. Labels that say where something
runs, such as `topology.kubernetes.io/zone`, are not asked for, as nobody knows them before it runs. Of ServiceEntries that
select workloads or are looked up by DNS, and of Services without a selector, nothing is said. Where the input has no
workload of the Service, nothing is said either.",
    bad: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }]
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews, version: v1 } } } }",
    good: "
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  subsets: [{ name: v1, labels: { version: v1 } }]
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { selector: { app: reviews }, ports: [{ name: http, port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: reviews, namespace: shop }
spec: { template: { metadata: { labels: { app: reviews, version: v1 } } } }",
    references: &["https://istio.io/latest/docs/reference/config/networking/destination-rule/#Subset"],
    meshes: &["istio"],
    aliases: &["IST0173", "KIA0203"],
    upstream: "destinationrule.SubsetSelectPodAnalyzer",
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    if world.settings().compatible {
        let (hosts, pods) = (world.view::<ScopedHosts>(), world.view::<PlacedPods>());
        return world.each(DESTINATION_RULE, |object| as_istioctl(object, &hosts, &pods, rule));
    }
    let nearby = world.nearby(&SERVED);
    let input = Input { services: nearby.view(), workloads: nearby.view(), endpoints: nearby.view(), rule };
    let closed = world.settings().closed;
    let mut findings = nearby.each(&[DESTINATION_RULE], |object, reach| input.check(object, closed, reach));
    findings.extend(of_entries(world, rule));
    findings
}

/// Subsets of hosts whose endpoints a ServiceEntry lists.
fn of_entries(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let mut entries: BTreeMap<String, Vec<&Arc<Resource>>> = BTreeMap::new();
    for entry in world.of(SERVICE_ENTRY) {
        for host in entry.items(&["spec", "hosts"]).iter().filter_map(Node::as_str) {
            entries.entry(host_key(host, entry.namespace_or_default())).or_default().push(entry);
        }
    }
    if entries.is_empty() {
        return Vec::new();
    }
    let of_rule = |object: &Resource| -> Vec<Finding> {
        let host = host_key(object.text(&["spec", "host"]).unwrap_or_default(), object.namespace_or_default());
        let Some(listing) = entries.get(&host).filter(|entries| entries.iter().all(|entry| lists_all(entry))) else {
            return Vec::new();
        };
        let endpoints = listing.iter().flat_map(|entry| entry.items(&["spec", "endpoints"]));
        let labels: Vec<Labels> = endpoints.map(|endpoint| Labels::of(endpoint.get("labels"))).collect();
        let unmatched = labelled(object).filter(|subset| !labels.iter().any(|labels| labels.contains(&wanted(subset))));
        let entry = listing.first();
        let related = |subset| {
            entry.map(|entry| finding(object, subset, rule).with_related(entry, entry.head(), "the host is this"))
        };
        unmatched.filter_map(related).collect()
    };
    world.each(DESTINATION_RULE, |object| of_rule(object))
}

/// Whether all endpoints of an entry are those that it lists.
fn lists_all(entry: &Resource) -> bool {
    !entry.items(&["spec", "endpoints"]).is_empty() && entry.root.at(&["spec", "workloadSelector"]).is_none()
}

/// Those that select something: one without labels is the whole host.
fn labelled(object: &Resource) -> impl Iterator<Item = &Node> {
    subsets(object).iter().filter(|subset| subset.get("labels").is_some_and(|it| !it.is_empty()))
}

fn subsets(object: &Resource) -> &[Node] {
    object.items(&["spec", "subsets"])
}

fn name(subset: &Node) -> &str {
    subset.get("name").and_then(Node::as_str).unwrap_or_default()
}

/// A pod of any namespace will do, whatever the Service selects. Of subsets with one name the last one counts.
fn as_istioctl(object: &Resource, hosts: &ScopedHosts, pods: &PlacedPods, rule: &RuleInfo) -> Vec<Finding> {
    let Some(selecting) = hosts.of_rule(object) else { return Vec::new() };
    let by_name: BTreeMap<&str, &Node> = subsets(object).iter().map(|subset| (name(subset), subset)).collect();
    let unmatched =
        by_name.into_values().filter(|subset| !pods.has(&selecting.with(&Labels::of(subset.get("labels")))));
    unmatched.map(|subset| finding(object, subset, rule)).collect()
}

fn finding(object: &Resource, subset: &Node, rule: &RuleInfo) -> Finding {
    let place = subset.get("labels").unwrap_or(subset).span;
    let message = format!("no workload of the host has the labels of subset {:?}", name(subset));
    rule.finding(object, place, message).with_help("correct the labels, take the subset away, or add the workload")
}

/// What subsets select from.
struct Input<'a> {
    services: Arc<Services>,
    workloads: Arc<Workloads>,
    endpoints: Arc<Endpoints>,
    rule: &'a RuleInfo,
}

impl Input<'_> {
    fn check(&self, object: &Resource, closed: bool, reach: &mut Reach) -> Vec<Finding> {
        let host = object.text(&["spec", "host"]).unwrap_or_default();
        let Host::Service { name, namespace, .. } = Host::parse(host, object.namespace_or_default()) else {
            return Vec::new();
        };
        reach.add(namespace);
        let service = self.services.get(namespace, name);
        let Some(service) = service.filter(|it| !it.selector.is_empty() && !it.is_external_name()) else {
            return Vec::new();
        };
        // Asked only where a subset misses something, as most do not.
        let is_read = || closed || self.has(service, &Labels::default());
        let unmatched = labelled(object).filter(|subset| !self.has(service, &wanted(subset)));
        let findings = unmatched.filter(|_| is_read()).map(|subset| {
            let finding = finding(object, subset, self.rule).with_related(
                &service.object,
                service.object.head(),
                "the host is this",
            );
            if closed {
                return finding;
            }
            let assumed = format!("the input has all workloads of namespace {namespace:?}");
            finding.as_bad_as(Severity::Warning).assuming(assumed)
        });
        findings.collect()
    }

    /// Whether a workload that the Service selects has these labels too.
    fn has(&self, service: &Service, labels: &Labels) -> bool {
        let both = service.selector.with(labels);
        // Where they contradict each other nobody has both.
        if !both.contains(&service.selector) {
            return false;
        }
        let selector = Selector { equal: both, needs: Vec::new() };
        self.workloads.selected(service.namespace(), &selector).next().is_some()
            || self.endpoints.has(service.namespace(), &selector.equal)
    }
}

/// The labels of a subset that can be known before anything runs.
fn wanted(subset: &Node) -> Labels {
    let labels = Labels::of(subset.get("labels"));
    labels.iter().filter(|(name, _)| !is_of_place(name)).collect()
}
