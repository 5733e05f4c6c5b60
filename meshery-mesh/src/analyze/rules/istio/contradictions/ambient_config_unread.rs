//! MSH287 `ambient-config-unread`.

use meshery_core::resource::Node;
use meshery_core::{Finding, Resource, RuleInfo, Severity, World};

use super::ambient::{Destination, destinations, each_about_requests, targets};
use super::{key_of, path_or};
use crate::analyze::Rule;
use crate::analyze::istio::Membership;

pub(in crate::analyze::rules) const RULE: Rule = Rule {
    code: "MSH287",
    name: "ambient-config-unread",
    severity: Severity::Warning,
    summary: "A configuration about requests is for workloads in ambient mode, and no waypoint reads it",
    why: "
A waypoint takes policies that name it, or a Service behind it, in `targetRefs`; one that selects workloads by labels
is for sidecars and the node's proxy, which cannot do what it says of requests. A waypoint takes VirtualServices and
DestinationRules of the namespace of the Service that they are for; those of other namespaces are not for it.",
    bad: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: readers, namespace: shop }
spec:
  selector: { matchLabels: { app: reviews } }
  rules: [{ to: [{ operation: { methods: [GET] } }] }]",
    good: "
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint } }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: readers, namespace: shop }
spec:
  targetRefs: [{ kind: Service, group: '', name: reviews }]
  rules: [{ to: [{ operation: { methods: [GET] } }] }]",
    references: &[
        "https://istio.io/latest/docs/ambient/usage/l7-features/#targeting-policies-or-routing-rules",
        "https://istio.io/latest/docs/ambient/usage/l4-policy/",
    ],
    meshes: &["istio"],
    aliases: &["KIA0110", "KIA0212", "KIA1114", "KIA1115", "KIA1116", "KIA1117"],
    run,
    ..Rule::NEW
};

fn run(world: &World, rule: &RuleInfo) -> Vec<Finding> {
    let membership = world.view::<Membership>();
    if !membership.has_ambient() {
        return Vec::new();
    }
    let ambient = |name: &str| membership.namespace(name).filter(|namespace| Membership::is_ambient(namespace));
    let of_policy = |policy: &Resource, reason: &Node| {
        let Some(namespace) = ambient(policy.namespace_or_default()) else { return Vec::new() };
        if !targets(policy).is_empty() {
            return Vec::new();
        }
        let span = path_or(policy, &["spec", "selector"], key_of(policy, "spec"));
        let message = "it names no target, and what it says of requests only a waypoint can do";
        let finding = rule.finding(policy, span, message);
        let finding = finding.with_help("name the Service or the waypoint in targetRefs instead of a selector");
        let finding = finding.with_related(policy, reason.span, "needs a waypoint");
        vec![finding.with_related(namespace, namespace.head(), "is in ambient mode")]
    };
    let of_routes = |object: &Resource, _: &Node| {
        let elsewhere = |it: &Destination<'_>| it.namespace != object.namespace_or_default();
        let found = destinations(world, object).into_iter().filter(elsewhere).filter_map(|destination| {
            let namespace = ambient(destination.namespace)?;
            let message = format!("the waypoint of {} does not read what is in another namespace", destination.service);
            let finding = rule.finding(object, destination.place.span, message);
            let finding = finding.with_help(format!("move it to namespace {:?}", destination.namespace));
            Some(finding.with_related(namespace, namespace.head(), "is in ambient mode"))
        });
        found.collect()
    };
    each_about_requests(world, of_policy, of_routes)
}
