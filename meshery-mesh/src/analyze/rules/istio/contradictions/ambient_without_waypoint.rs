//! MSH286 `ambient-without-waypoint`.

use std::sync::Arc;

use meshery_core::resource::Node;
use meshery_core::world::Selector;
use meshery_core::{Finding, Resource, RuleInfo, Severity, Span, World};

use super::ambient::{Destination, destinations, each_about_requests, targets};
use super::{key_of, path_or};
use crate::analyze::Rule;
use crate::analyze::istio::{GATEWAY_NAME, Membership, USE_WAYPOINT, is_enrolled};
use crate::analyze::kinds::SERVICE;
use crate::analyze::kubernetes::Workloads;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH286",
    name: "ambient-without-waypoint",
    severity: Severity::Warning,
    summary: "A configuration about requests is for workloads in ambient mode whose traffic goes through no waypoint",
    why: "
In ambient mode the node's proxy sees connections, not requests. Routes, retries, circuit breakers, tokens, extensions,
tracing and whatever an AuthorizationPolicy says of methods, paths, hosts or headers is done by a waypoint, and only
for Services, workloads or namespaces that are labelled `istio.io/use-waypoint`. Without one the configuration does
nothing; of an AuthorizationPolicy the node's proxy takes a rule that it cannot check for one that is never met.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec: { hosts: [reviews], http: [{ route: [{ destination: { host: reviews } }] }] }",
    references: &[
        "https://istio.io/latest/docs/ambient/usage/waypoint/",
        "https://istio.io/latest/docs/ambient/usage/l7-features/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0109", "KIA0210", "KIA0211", "KIA1109", "KIA1110", "KIA1111", "KIA1112", "KIA1113", "KIA1317"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let look = Look { world, rule, membership: world.view(), workloads: world.view() };
    if !look.membership.has_ambient() {
        return Vec::new();
    }
    each_about_requests(
        world,
        |policy, reason| look.of_policy(policy, reason),
        |object, reason| look.of_routes(object, reason),
    )
}

struct Look<'a> {
    world: &'a World,
    rule: &'a RuleInfo,
    membership: Arc<Membership>,
    workloads: Arc<Workloads>,
}

impl Look<'_> {
    fn namespace(&self, name: &str) -> Option<&Arc<Resource>> {
        self.membership.namespace(name).filter(|namespace| Membership::is_ambient(namespace))
    }

    fn of_policy(&self, policy: &Resource, reason: &Node) -> Vec<Finding> {
        let own = policy.namespace_or_default();
        let Some(namespace) = self.namespace(own) else { return Vec::new() };
        let targets = targets(policy);
        if !targets.is_empty() {
            let idle = targets.into_iter().filter(|target| self.is_idle_service(target, own, namespace));
            return idle.map(|target| self.finding(policy, target.span, reason, namespace)).collect();
        }
        let selector = policy.root.at(&["spec", "selector"]).map(Selector::of).unwrap_or_default();
        let selected = self.workloads.selected(own, &selector).filter(|_| !selector.is_empty());
        let mut selected = selected.filter(|workload| workload.labels.get(GATEWAY_NAME).is_none()).peekable();
        let enrolled = |labels: Option<&Node>| is_enrolled(labels, Some(namespace));
        let is_through = if selected.peek().is_none() {
            enrolled(None)
        } else {
            selected.all(|workload| enrolled(workload.pod.at(&["metadata", "labels"])))
        };
        if is_through {
            return Vec::new();
        }
        let span = path_or(policy, &["spec", "selector"], key_of(policy, "spec"));
        vec![self.finding(policy, span, reason, namespace)]
    }

    /// Whether a target is a Service whose traffic goes through no waypoint.
    fn is_idle_service(&self, target: &Node, own: &str, namespace: &Resource) -> bool {
        let text = |key: &str| target.get(key).and_then(Node::as_str).unwrap_or_default();
        if text("kind") != "Service" || !["", "core"].contains(&text("group")) {
            return false;
        }
        let service = self.world.get(SERVICE, own, text("name"));
        service.is_some_and(|it| !is_enrolled(it.root.at(&["metadata", "labels"]), Some(namespace)))
    }

    fn of_routes(&self, object: &Resource, reason: &Node) -> Vec<Finding> {
        let found = destinations(self.world, object);
        let of_services: Vec<(&Destination<'_>, &Arc<Resource>)> =
            found.iter().filter_map(|it| Some((it, self.namespace(it.namespace)?))).collect();
        if of_services.is_empty() {
            // Of a host that is no Service's, what its own namespace says counts.
            let own = self.namespace(object.namespace_or_default()).filter(|it| !is_enrolled(None, Some(it)));
            let Some((namespace, place)) = own.zip(host_place(object)) else { return Vec::new() };
            return vec![self.finding(object, place, reason, namespace)];
        }
        let idle = of_services
            .into_iter()
            .filter(|(it, namespace)| !is_enrolled(it.service.root.at(&["metadata", "labels"]), Some(namespace)));
        idle.map(|(it, namespace)| self.finding(object, it.place.span, reason, namespace)).collect()
    }

    fn finding(&self, object: &Resource, span: Span, reason: &Node, namespace: &Resource) -> Finding {
        let message =
            format!("{namespace} is in ambient mode, and no waypoint is there to do what this says of requests");
        let finding = self.rule.finding(object, span, message);
        let finding = finding.with_help(format!("deploy a waypoint, and label what it is for with {USE_WAYPOINT}"));
        let finding = finding.with_related(object, reason.span, "needs a waypoint");
        finding.with_related(namespace, namespace.head(), "is in ambient mode")
    }
}

/// Where the first host of a VirtualService or DestinationRule is.
fn host_place(object: &Resource) -> Option<Span> {
    let first = object.items(&["spec", "hosts"]).first().or_else(|| object.root.at(&["spec", "host"]));
    first.map(|node| node.span)
}
